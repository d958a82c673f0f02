package org.ashlar.bench.nbd;

/**
 * Counts durations in buckets of at most 3 % width. Confined to one thread.
 *
 * <ul>
 *   <li>I1: {@code count} is the sum of {@code buckets}.
 * </ul>
 */
public final class Histogram {
    private static final int SUB_BITS = 5;

    private final long[] buckets = new long[(64 - SUB_BITS) << SUB_BITS];
    private long count;
    private long max;

    /** Counts a duration in nanoseconds. */
    void add(long nanos) {
        buckets[bucket(nanos)]++;
        count++; // I1
        max = Math.max(max, nanos);
    }

    /** Adds all that another has counted. */
    void add(Histogram other) {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] += other.buckets[i];
        }
        count += other.count;
        max = Math.max(max, other.max);
    }

    public long count() {
        return count;
    }

    /** Returns the longest, in nanoseconds. */
    public long max() {
        return max;
    }

    /** Returns the duration in nanoseconds that the part {@code q} did not exceed, to 3 %. */
    public long quantile(double q) {
        long wanted = (long) Math.ceil(q * count);
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= wanted && seen > 0) {
                return Math.min(upper(i), max);
            }
        }
        return max;
    }

    private static int bucket(long nanos) {
        long value = Math.max(0, nanos);
        int shift = Math.max(0, 63 - SUB_BITS - Long.numberOfLeadingZeros(value | 1));
        return shift == 0 ? (int) value : (int) ((((long) shift) << SUB_BITS) + (value >>> shift));
    }

    private static long upper(int bucket) {
        int shift = Math.max(0, (bucket >> SUB_BITS) - 1);
        long mantissa = bucket - ((long) shift << SUB_BITS);
        return ((mantissa + 1) << shift) - 1;
    }
}
