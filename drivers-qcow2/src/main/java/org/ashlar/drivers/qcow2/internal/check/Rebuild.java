package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Limits;
import org.ashlar.drivers.qcow2.internal.format.RefcountWidth;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;
import org.ashlar.spi.BlockException;

/**
 * Makes all counts anew from the pointers that were found, behind everything that is pointed to;
 * the header leads to them once they are durable. Confined to a check.
 */
final class Rebuild {
    private final Disk disk;
    private final Geometry geometry;
    private final References references;
    private final long firstFree;

    /**
     * Makes one for one use.
     *
     * @param references the pointers to everything but the counts themselves
     * @param firstFree the first cluster that nothing on the disk uses, the old counts included
     */
    Rebuild(Disk disk, References references, long firstFree) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.references = references;
        this.firstFree = firstFree;
    }

    /** Writes the new counts and returns where their table lies. */
    TableLocation run() throws IOException {
        int blockBits = geometry.refcountBlockBits();
        NavigableSet<Long> blocks = new TreeSet<>();
        for (long at = references.next(0); at >= 0; ) {
            long block = at >>> blockBits;
            blocks.add(block);
            at = references.next((block + 1) << blockBits);
        }
        long start = firstFree;
        long tableClusters = 0;
        for (long total = -1; total != blocks.size() + tableClusters; ) {
            total = blocks.size() + tableClusters;
            long last = (start + Math.max(total, 1) - 1) >>> blockBits;
            for (long block = start >>> blockBits; block <= last; block++) {
                blocks.add(block);
            }
            tableClusters = geometry.clustersFor((blocks.last() + 1) * Long.BYTES);
            if (tableClusters << geometry.clusterBits() > Limits.REFCOUNT_TABLE_BYTES_MAX) {
                throw new BlockException(
                        BlockException.Kind.NO_SPACE, "The refcount table would exceed 8 MiB");
            }
        }
        for (long i = 0; i < blocks.size() + tableClusters; i++) {
            references.add(start + i);
        }
        return write(blocks, start, (int) tableClusters);
    }

    private TableLocation write(NavigableSet<Long> blocks, long start, int tableClusters)
            throws IOException {
        int clusterBits = geometry.clusterBits();
        RefcountWidth width = new RefcountWidth(geometry.refcountOrder());
        long[] table = new long[tableClusters << (clusterBits - 3)];
        long at = start << clusterBits;
        for (long block : blocks) {
            long[] words = new long[1 << (clusterBits - 3)];
            for (int i = 0; i < 1 << geometry.refcountBlockBits(); i++) {
                long count = references.get((block << geometry.refcountBlockBits()) + i);
                if (Long.compareUnsigned(count, width.max()) > 0) {
                    throw new BlockException(
                            BlockException.Kind.CORRUPT,
                            "More pointers to one cluster than its count can hold");
                }
                width.set(words, i, count);
            }
            disk.write(at, words);
            table[(int) block] = at;
            at += geometry.clusterSize();
        }
        disk.write(at, table);
        disk.flush();
        return new TableLocation(at, tableClusters);
    }
}
