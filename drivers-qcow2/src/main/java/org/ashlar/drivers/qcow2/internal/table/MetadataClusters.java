package org.ashlar.drivers.qcow2.internal.table;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which host clusters hold metadata in use, whatever their counts say: an image whose counts are
 * wrong must not be talked into handing them out. Guarded by the image's lock.
 */
final class MetadataClusters {
    private static final int CHUNK_BITS = 12;
    private static final int CHUNK = 1 << CHUNK_BITS;

    private final Map<Long, BitSet> chunks = new HashMap<>();

    void add(long first, long count) {
        for (long cluster = first; cluster < first + count; cluster++) {
            chunks.computeIfAbsent(cluster >>> CHUNK_BITS, _ -> new BitSet()).set(within(cluster));
        }
    }

    void remove(long cluster) {
        BitSet chunk = chunks.get(cluster >>> CHUNK_BITS);
        if (chunk != null) {
            chunk.clear(within(cluster));
        }
    }

    /** Returns the first metadata cluster in a range, -1 if there is none. */
    long find(long first, long count) {
        long end = first + count;
        for (long at = first; at < end; at = ((at >>> CHUNK_BITS) + 1) << CHUNK_BITS) {
            BitSet chunk = chunks.get(at >>> CHUNK_BITS);
            int found = chunk == null ? -1 : chunk.nextSetBit(within(at));
            long cluster = (at & -CHUNK) + found;
            if (found >= 0 && cluster < end) {
                return cluster;
            }
        }
        return -1;
    }

    private static int within(long cluster) {
        return (int) cluster & (CHUNK - 1);
    }
}
