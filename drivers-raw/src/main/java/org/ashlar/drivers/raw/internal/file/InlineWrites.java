package org.ashlar.drivers.raw.internal.file;

import java.util.function.LongSupplier;

/**
 * Decides which buffered writes a thread that must not wait may make by itself.
 *
 * <p>A buffered write goes to the page cache: 4 KiB take 1 to 2 µs, less than handing them to
 * another thread. But ext4 refuses to say beforehand whether it would wait ({@code pwritev2} with
 * {@code RWF_NOWAIT} is {@code EOPNOTSUPP} there). It waits for a page that is written in part and
 * has to be read first, which can be asked for, and when the host throttles whoever makes pages
 * dirty, which cannot: after a write that was slow the next ones are therefore sent to a thread
 * that may wait, for {@link #REST_FACTOR} times as long. So a connection waits for slow writes at
 * most a fifth of its time.
 *
 * <p>Thread-safe; a race between two writes costs one of them a detour.
 */
final class InlineWrites {
    /**
     * The longest write in bytes; it takes a quarter of a millisecond. Handing 1 MiB over costs
     * more than twice the processor time of writing it (370 against 168 µs a write) and a third of
     * the rate: each thread has its own cold buffers, where one connection's buffer stays in the
     * cache.
     */
    private static final long LONGEST = 1 << 20;

    private static final long PAGE = 4096;

    /** More than what a thread loses by being preempted, less than what throttling takes. */
    private static final long SLOW_NANOS = 5_000_000;

    /** For how many times as long as a slow write took no other is admitted. */
    private static final long REST_FACTOR = 4;

    private final LongSupplier nanoClock;

    /** Written by whoever has made a slow write. */
    private volatile long closedUntil;

    /** Makes it for one file; {@code nanoClock} is {@link System#nanoTime}, but for tests. */
    InlineWrites(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.closedUntil = nanoClock.getAsLong();
    }

    /** Returns when a write begins, for {@link #ended}. */
    long began() {
        return nanoClock.getAsLong();
    }

    /** Returns whether a write is expected not to wait. */
    boolean admit(OpenFile file, long offset, long length) {
        return length <= LONGEST
                && (file.isInMemory() || nanoClock.getAsLong() - closedUntil >= 0)
                && isWholeOrCached(file, offset, offset)
                && isWholeOrCached(file, offset + length, offset + length - 1);
    }

    private static boolean isWholeOrCached(OpenFile file, long boundary, long inside) {
        return (boundary & (PAGE - 1)) == 0 || file.isCached(inside);
    }

    /** Learns from a write that was admitted and began at {@code beganNanos}. */
    void ended(long beganNanos) {
        long now = nanoClock.getAsLong();
        long took = now - beganNanos;
        if (took > SLOW_NANOS) {
            closedUntil = now + REST_FACTOR * took;
        }
    }
}
