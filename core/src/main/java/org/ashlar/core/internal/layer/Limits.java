package org.ashlar.core.internal.layer;

import org.ashlar.core.LayerSettings;
import org.ashlar.core.internal.graph.Changes.Terms;
import org.ashlar.core.internal.graph.SourceKey;
import org.jspecify.annotations.Nullable;

/** How long what may wait. Immutable. */
final class Limits {
    private final long changeNanos;

    Limits(LayerSettings settings) {
        this.changeNanos = settings.changeLimit().toNanos();
    }

    /** Returns the terms of a change that begins now. */
    Terms terms(String what) {
        return terms(what, null);
    }

    /**
     * Returns the terms of a change that begins now, for one whose claims do not stand in its way.
     */
    Terms terms(String what, @Nullable SourceKey claimant) {
        return new Terms(what, claimant, deadline());
    }

    /** Returns when what begins now has to be over, by {@link System#nanoTime()}. */
    long deadline() {
        return System.nanoTime() + changeNanos;
    }
}
