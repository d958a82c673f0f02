package org.ashlar.core.internal.job;

/**
 * Paces a job: in each slice of 100 ms it may spend a tenth of its speed, and what it spends beyond
 * makes the slice longer in proportion. Guarded by its owner's lock. Times are those of {@link
 * System#nanoTime()}.
 */
final class RateLimit {
    private static final long SLICE_NANOS = 100_000_000;
    private static final int SLICES_PER_SECOND = 10;

    /** Bytes in a slice, 0 for no limit. */
    private long quota;

    private long spent;
    private long sliceStart;

    /** Sets the speed in bytes a second, 0 for no limit, and forgets what was spent. */
    void speed(long bytesPerSecond, long now) {
        quota = bytesPerSecond == 0 ? 0 : Math.max(1, bytesPerSecond / SLICES_PER_SECOND);
        spent = 0;
        sliceStart = now;
    }

    /** Accounts for bytes done. */
    void charge(long bytes, long now) {
        if (now - sliceStart >= sliceLength()) {
            spent = 0;
            sliceStart = now;
        }
        spent += bytes;
    }

    /** Returns how many nanoseconds are left until more may be spent; 0 or less for none. */
    long delay(long now) {
        boolean exhausted = quota > 0 && spent >= quota;
        return exhausted ? sliceStart + sliceLength() - now : 0;
    }

    /** One slice, or as many, in part too, as are needed for what was spent. */
    private long sliceLength() {
        boolean over = quota > 0 && spent > quota;
        double slices = over ? (double) spent / quota : 1;
        return (long) Math.min(slices * SLICE_NANOS, Long.MAX_VALUE / 4.0);
    }
}
