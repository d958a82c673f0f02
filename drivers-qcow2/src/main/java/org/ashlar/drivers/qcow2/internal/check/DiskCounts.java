package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.RefcountWidth;

/** The counts as they are on the disk, a few blocks of them in memory. Confined to a check. */
final class DiskCounts {
    private static final int BLOCKS = 16;

    private final Disk disk;
    private final Geometry geometry;
    private final RefcountWidth width;
    private final long[] table;
    private final Map<Long, long[]> blocks =
            new LinkedHashMap<>(BLOCKS, 1, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, long[]> eldest) {
                    return size() > BLOCKS;
                }
            };

    DiskCounts(Disk disk, Header header) throws IOException {
        this.disk = disk;
        this.geometry = header.geometry();
        this.width = new RefcountWidth(geometry.refcountOrder());
        this.table =
                disk.words(
                        header.refcountTable().offset(),
                        header.refcountTable().count() << (geometry.clusterBits() - 3));
    }

    /** Returns the count of a cluster, 0 where no block counts it. */
    long get(long cluster) throws IOException {
        long block = cluster >>> geometry.refcountBlockBits();
        long offset = block < table.length ? table[(int) block] & -512L : 0;
        if (offset <= 0 || geometry.inCluster(offset) != 0) {
            return 0;
        }
        long[] words = blocks.get(block);
        if (words == null) {
            words = disk.cluster(offset);
            blocks.put(block, words);
        }
        return width.get(words, (int) cluster & ((1 << geometry.refcountBlockBits()) - 1));
    }
}
