package org.ashlar.core.internal.open;

import org.ashlar.core.internal.grace.GraceDomain;
import org.ashlar.core.internal.graph.Routes;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.io.CoreRequest;

/**
 * The request under which nodes are opened and images created: it sees the graph and, beside it,
 * what is staged so far. Confined to the opening thread, but for its forks, which see what was
 * staged when they were started.
 */
final class OpeningRequest extends CoreRequest {

    /** Written by the opening thread alone. */
    private volatile Routes view;

    OpeningRequest(Snapshot now) {
        super(new GraceDomain(1).place(), now);
        view = now.routes();
    }

    @Override
    public Routes routes() {
        return view;
    }

    void see(Routes staged) {
        view = staged;
    }
}
