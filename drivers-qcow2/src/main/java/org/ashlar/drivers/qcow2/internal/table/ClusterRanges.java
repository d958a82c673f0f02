package org.ashlar.drivers.qcow2.internal.table;

import java.util.Arrays;

/**
 * Runs of host clusters, each with whether the host may be told to discard them. Confined, or
 * guarded by whoever holds it.
 */
final class ClusterRanges {
    private long[] firsts = new long[16];
    private long[] counts = new long[16];
    private boolean[] discards = new boolean[16];
    private int size;
    private long clusters;

    /** Adds a run; one that continues the last is joined to it. */
    void add(long first, long count, boolean discard) {
        clusters += count;
        int last = size - 1;
        if (last >= 0 && firsts[last] + counts[last] == first && discards[last] == discard) {
            counts[last] += count;
            return;
        }
        if (size == firsts.length) {
            firsts = Arrays.copyOf(firsts, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
            discards = Arrays.copyOf(discards, 2 * size);
        }
        firsts[size] = first;
        counts[size] = count;
        discards[size++] = discard;
    }

    /** Adds all runs of another. */
    void addAll(ClusterRanges other) {
        for (int i = 0; i < other.size; i++) {
            add(other.firsts[i], other.counts[i], other.discards[i]);
        }
    }

    int size() {
        return size;
    }

    /** Returns how many clusters the runs have together. */
    long clusters() {
        return clusters;
    }

    long first(int run) {
        return firsts[run];
    }

    long count(int run) {
        return counts[run];
    }

    boolean mayDiscard(int run) {
        return discards[run];
    }
}
