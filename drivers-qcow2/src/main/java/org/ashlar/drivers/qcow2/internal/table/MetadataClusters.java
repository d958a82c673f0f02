package org.ashlar.drivers.qcow2.internal.table;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;

/**
 * Which host clusters hold metadata in use, whatever their counts say: an image whose counts are
 * wrong must not be talked into handing them out. Guarded by the image's lock.
 */
final class MetadataClusters {
    private static final int CHUNK_BITS = 12;
    private static final int CHUNK = 1 << CHUNK_BITS;

    private final Map<Long, BitSet> chunks = new HashMap<>();

    /** Returns where the metadata of an image lie: what its header and {@code tables} lead to. */
    static MetadataClusters of(Header header, List<TopTable> tables) {
        Geometry geometry = header.geometry();
        int bits = geometry.clusterBits();
        MetadataClusters clusters = new MetadataClusters();
        TableLocation table = header.refcountTable();
        TableLocation first = header.l1();
        clusters.add(0, 1);
        clusters.add(table.offset() >>> bits, table.count());
        clusters.add(
                first.offset() >>> bits, geometry.clustersFor((long) first.count() * Long.BYTES));
        if (header.snapshots().count() > 0) {
            clusters.add(header.snapshots().offset() >>> bits, 1);
        }
        for (TopTable top : tables) {
            for (int i = 0; i < top.length(); i++) {
                if (top.tableOffset(i) != 0) {
                    clusters.add(top.tableOffset(i) >>> bits, 1);
                }
            }
        }
        return clusters;
    }

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
