package org.ashlar.core.internal.graph;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.BitSet;

/**
 * Numbers that are taken and given back, the lowest free one first. Thread-safe; guarded by its own
 * monitor.
 */
final class Slots {
    @GuardedBy("this")
    private final BitSet taken = new BitSet();

    synchronized int take() {
        int slot = taken.nextClearBit(0);
        taken.set(slot);
        return slot;
    }

    synchronized void give(int slot) {
        taken.clear(slot);
    }
}
