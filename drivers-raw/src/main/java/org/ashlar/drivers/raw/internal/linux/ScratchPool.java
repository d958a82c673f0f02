package org.ashlar.drivers.raw.internal.linux;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@link Scratch} memory for reuse, so that a system call makes no garbage: neither an arena
 * per call, nor a thread-local, of which there would be one per virtual thread. Thread-safe,
 * without locks.
 *
 * <ul>
 *   <li>I1: a scratch is in one slot or with one call, never both.
 * </ul>
 */
final class ScratchPool {
    private static final int SLOTS = 32;

    /** References a slot is apart from the next, so that slots do not share a cache line. */
    private static final int STRIDE = 16;

    private final AtomicReferenceArray<@Nullable Scratch> slots =
            new AtomicReferenceArray<>(SLOTS * STRIDE);

    Scratch take() {
        Scratch kept = slots.getAndSet(slot(), null);
        return kept == null ? new Scratch() : kept;
    }

    /** Takes a scratch back; it is dropped if another call of the slot was faster. */
    void give(Scratch scratch) {
        slots.setRelease(slot(), scratch);
    }

    private static int slot() {
        return ((int) Thread.currentThread().threadId() & (SLOTS - 1)) * STRIDE;
    }
}
