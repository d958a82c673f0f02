package org.ashlar.core.internal.io;

import org.ashlar.core.internal.grace.PinPlace;
import org.ashlar.core.internal.graph.Snapshot;

/** A request that is listed while it is in flight. Thread-safe. */
final class TracedRequest extends CoreRequest {
    private final Origin origin;

    /**
     * Where it comes from.
     *
     * @param trace where it is listed
     * @param label what its source is called
     */
    record Origin(RequestTrace trace, String label) {}

    TracedRequest(
            PinPlace place, int bank, Snapshot snapshot, boolean mustNotBlock, Origin origin) {
        super(place, bank, snapshot, mustNotBlock);
        this.origin = origin;
        origin.trace.began(this, origin.label);
    }

    /** Takes over the pin of a fork. */
    private TracedRequest(TracedRequest parent) {
        super(parent);
        this.origin = parent.origin;
        origin.trace.began(this, origin.label);
    }

    @Override
    CoreRequest forked() {
        return new TracedRequest(this);
    }

    @Override
    public void close() {
        origin.trace.ended(this);
        super.close();
    }
}
