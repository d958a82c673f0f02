package org.ashlar.drivers.qcow2.internal.check;

import java.util.Map;
import java.util.TreeMap;

/**
 * How many pointers were found to each host cluster, in memory in proportion to the clusters that
 * are pointed to, however far apart they lie. Confined to a check.
 */
final class References {
    private static final int CHUNK_BITS = 6;
    private static final int CHUNK = 1 << CHUNK_BITS;

    private final TreeMap<Long, int[]> chunks = new TreeMap<>();

    /** Counts one more pointer to a cluster; the count stops at its maximum. */
    void add(long cluster) {
        int[] chunk = chunks.computeIfAbsent(cluster >>> CHUNK_BITS, _ -> new int[CHUNK]);
        int at = (int) cluster & (CHUNK - 1);
        if (chunk[at] != Integer.MAX_VALUE) {
            chunk[at]++;
        }
    }

    /** Returns how many pointers to a cluster were found. */
    long get(long cluster) {
        int[] chunk = chunks.get(cluster >>> CHUNK_BITS);
        return chunk == null ? 0 : chunk[(int) cluster & (CHUNK - 1)];
    }

    /** Returns the first cluster from {@code from} on that is pointed to, -1 if there is none. */
    long next(long from) {
        Map.Entry<Long, int[]> entry = chunks.ceilingEntry(from >>> CHUNK_BITS);
        while (entry != null) {
            long base = entry.getKey() << CHUNK_BITS;
            for (int i = (int) Math.max(0, from - base); i < CHUNK; i++) {
                if (entry.getValue()[i] > 0) {
                    return base + i;
                }
            }
            entry = chunks.higherEntry(entry.getKey());
        }
        return -1;
    }

    /** Returns the first cluster after all that are pointed to. */
    long end() {
        for (var entry : chunks.descendingMap().entrySet()) {
            for (int i = CHUNK - 1; i >= 0; i--) {
                if (entry.getValue()[i] > 0) {
                    return (entry.getKey() << CHUNK_BITS) + i + 1;
                }
            }
        }
        return 0;
    }
}
