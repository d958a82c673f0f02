package org.ashlar.drivers.qcow2.internal.table;

import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.RefcountWidth;

/**
 * How many pointers lead to each host cluster (spec, "Host cluster management"). Guarded by the
 * image's lock, which is asserted below it.
 */
public final class Refcounts {
    private final TopTable table;
    private final TableCache blocks;
    private final RefcountWidth width;
    private final int blockBits;
    private final long blockBytes;
    private final MetadataClusters clusters;

    /** The first cluster after the last that any existing block counts. */
    private long end;

    Refcounts(HostFile file, TopTable table, Geometry geometry, MetadataClusters clusters) {
        this.table = table;
        this.clusters = clusters;
        int clusterBits = geometry.clusterBits();
        // A block is one slice, so that a new one is made in memory alone.
        this.blocks = new TableCache(file, table, clusterBits, clusterBits);
        this.width = new RefcountWidth(geometry.refcountOrder());
        this.blockBits = geometry.refcountBlockBits();
        this.blockBytes = geometry.clusterSize();
        int blockCount = table.usedLength();
        while (blockCount > 0 && table.tableOffset(blockCount - 1) == 0) {
            blockCount--;
        }
        this.end = (long) blockCount << blockBits;
    }

    TopTable table() {
        return table;
    }

    TableCache blocks() {
        return blocks;
    }

    /** Returns the binary logarithm of the counts in a block. */
    int blockBits() {
        return blockBits;
    }

    /** Returns the number of the block that counts a cluster. */
    long blockOf(long cluster) {
        return cluster >>> blockBits;
    }

    private int inBlock(long cluster) {
        return (int) cluster & ((1 << blockBits) - 1);
    }

    /** Returns the first cluster after the last that any existing block counts. */
    long end() {
        return end;
    }

    /** Returns a cluster's count, as an unsigned number. */
    public long get(long cluster) throws Missing {
        long block = blockOf(cluster);
        if (table.tableOffset(block) == 0) {
            return 0;
        }
        return width.get(blocks.need(block).words(), inBlock(cluster));
    }

    /** Sets the counts of a run of clusters, whose blocks are there and in memory. */
    void set(long first, long count, long value) throws Missing, CorruptImageException {
        ReentrantLock lock = table.lock();
        assert lock.isHeldByCurrentThread();
        for (long cluster = first; cluster < first + count; ) {
            TableSlice slice = blocks.need(blockOf(cluster));
            checkBlock(blockOf(cluster));
            int from = inBlock(cluster);
            int to = (int) Math.min(1L << blockBits, from + (first + count - cluster));
            for (int i = from; i < to; i++) {
                width.set(slice.words(), i, value);
            }
            int word = width.wordOf(from);
            blocks.changed(slice, word, width.wordOf(to - 1) - word + 1);
            cluster += to - from;
        }
    }

    private void checkBlock(long block) throws CorruptImageException {
        clusters.beforeTable(Area.REFCOUNT_BLOCK, table.tableOffset(block), blockBytes);
    }

    /** Checks that the table itself may be changed where it is. */
    void checkTable() throws CorruptImageException {
        clusters.beforeTable(
                Area.REFCOUNT_TABLE, table.offset(), (long) table.length() * Long.BYTES);
    }

    /** Takes one pointer off a cluster's count and returns what is left. */
    long decrease(long cluster) throws Missing, CorruptImageException {
        long count = get(cluster);
        if (count == 0) {
            // The image was wrong about this cluster before; a count never goes below zero.
            return 0;
        }
        set(cluster, 1, count - 1);
        return count - 1;
    }

    /**
     * Returns the first cluster in {@code [from, end)} whose count is 0, {@code end} if there is
     * none; all of the range is in the block of {@code from}, which exists.
     */
    long firstFree(long from, long end) throws Missing {
        assert end > from && blockOf(from) == blockOf(end - 1);
        long[] words = blocks.need(blockOf(from)).words();
        int start = inBlock(from);
        return from + width.firstZero(words, start, start + (int) (end - from)) - start;
    }

    /** Returns the end of a run of free clusters that begins at {@code from}, within its block. */
    long endOfFree(long from, long end) throws Missing {
        long[] words = blocks.need(blockOf(from)).words();
        long at = from;
        while (at < end && width.get(words, inBlock(at)) == 0) {
            at++;
        }
        return at;
    }

    /** Returns the first cluster of the free run at the end of a block that exists. */
    long startOfFreeTail(long block) throws Missing {
        long[] words = blocks.need(block).words();
        int at = 1 << blockBits;
        while (at > 0 && width.get(words, at - 1) == 0) {
            at--;
        }
        return (block << blockBits) + at;
    }

    /** Returns the first of the clusters at the end that are all free. */
    long endOfUse() throws Missing {
        long end = end();
        while (end > 0) {
            long block = blockOf(end - 1);
            long start = block << blockBits;
            if (table.tableOffset(block) != 0) {
                end = startOfFreeTail(block);
                if (end > start) {
                    return end;
                }
            }
            end = start;
        }
        return end;
    }

    /** Makes a block of zeroes at a host offset. */
    void createBlock(long block, long hostOffset) {
        table.set(block, hostOffset);
        blocks.create(block);
        end = Math.max(end, (block + 1) << blockBits);
    }
}
