package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Limits;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;

/**
 * Finds free host clusters and counts them as used. Guarded by the image's lock.
 *
 * <ul>
 *   <li>I1: every cluster before {@code cursor} that an existing block counts is in use, or is part
 *       of a run too short for the table it was passed over for.
 *   <li>I2: every cluster from {@code freshFrom} on reads as zeroes: it lies past the end the file
 *       had, and was never handed out.
 *   <li>I3: cluster 0, the header, is never handed out, whatever its count says.
 * </ul>
 */
final class Allocator {
    private final Geometry geometry;
    private final Refcounts refcounts;
    private final Quarantine quarantine;
    private final MetadataClusters metadata;
    private final Bounds bounds;
    private long cursor = 1;
    private long freshFrom;

    /** Where the file could not grow when that was last tried in vain. */
    private long fileEnd = Long.MAX_VALUE;

    /** Changed under the lock, read without it. */
    private volatile long freedInFile;

    Allocator(
            Geometry geometry,
            Refcounts refcounts,
            Quarantine quarantine,
            MetadataClusters metadata,
            Bounds bounds) {
        this.geometry = geometry;
        this.refcounts = refcounts;
        this.quarantine = quarantine;
        this.metadata = metadata;
        this.bounds = bounds;
        this.freshFrom = Long.MAX_VALUE >>> geometry.clusterBits();
    }

    /** Notes how long the file is that nothing was handed out of yet. */
    void fileEnds(long length) {
        freshFrom = geometry.clustersFor(length);
    }

    /** Hands out one cluster for an L2 table. */
    HostRun allocateL2() throws Missing, IOException {
        HostRun run = allocate(1);
        metadata.add(Area.ACTIVE_L2, run.offset() >>> geometry.clusterBits(), 1);
        return run;
    }

    /** Returns the first cluster of which I2 speaks. */
    long freshFrom() {
        return freshFrom;
    }

    /**
     * Notes where the file could not grow: what lies before that is not handed out in one run with
     * what may lie nowhere.
     */
    void fileFullAt(long cluster) {
        fileEnd = cluster;
    }

    /** Returns how many clusters became free that may be written where they are. */
    long freedInFile() {
        return freedInFile;
    }

    /** Notes that a cluster is free again. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    void freed(long cluster) {
        metadata.remove(cluster);
        freedInFile += cluster < fileEnd ? 1 : 0;
        cursor = Math.max(1, Math.min(cursor, cluster));
    }

    /** Hands out from one to {@code wanted} clusters that follow one another. */
    HostRun allocate(long wanted) throws Missing, IOException {
        long end = refcounts.end();
        while (cursor < end) {
            long blockEnd = (refcounts.blockOf(cursor) + 1) << refcounts.blockBits();
            if (refcounts.table().tableOffset(refcounts.blockOf(cursor)) == 0) {
                cursor = blockEnd;
                continue;
            }
            long first = refcounts.firstFree(cursor, blockEnd);
            cursor = first;
            if (first < blockEnd) {
                if (first >= freshFrom) {
                    bounds.beforeGrowing(first + 1);
                }
                long most = Math.min(blockEnd, first + wanted);
                long inFile = first < fileEnd ? Math.min(most, fileEnd) : most;
                long last = refcounts.endOfFree(first, inFile);
                return take(first, last - first);
            }
        }
        bounds.beforeGrowing(end + 1);
        return extend(Math.max(end, 1), wanted);
    }

    /** Hands out {@code count} clusters for an L1 table, at the end of what is counted. */
    HostRun allocateL1(long count) throws Missing, IOException {
        HostRun run = allocateAtEnd(count);
        metadata.add(Area.ACTIVE_L1, run.offset() >>> geometry.clusterBits(), count);
        return run;
    }

    private HostRun allocateAtEnd(long count) throws Missing, IOException {
        long end = refcounts.end();
        long start = end == 0 ? 0 : refcounts.startOfFreeTail(refcounts.blockOf(end - 1));
        long room = end - start;
        return start > 0 && room >= count ? take(start, count) : extend(Math.max(start, 1), count);
    }

    private HostRun take(long first, long count) throws Missing, IOException {
        checkOffset(first + count);
        metadata.beforeUse(first, count);
        refcounts.set(first, count, 1);
        if (cursor == first) {
            cursor = first + count;
        }
        boolean fresh = first >= freshFrom;
        freshFrom = Math.max(freshFrom, first + count);
        return new HostRun(first << geometry.clusterBits(), count, fresh);
    }

    private void checkOffset(long endCluster) throws BlockException {
        if (endCluster > Limits.HOST_OFFSET_MAX >>> geometry.clusterBits()) {
            throw new BlockException(Kind.NO_SPACE, "The image file has no room left: 64 PiB");
        }
    }

    /**
     * Makes room from {@code start} on, where nothing is counted yet: first new refcount blocks,
     * then, if they do not fit into it, a new refcount table, then the clusters that are wanted.
     */
    private HostRun extend(long start, long wanted) throws Missing, IOException {
        long end = refcounts.end();
        long firstBlock = refcounts.blockOf(end);
        Extension plan = Extension.plan(this, start, firstBlock, wanted);
        checkOffset(start + plan.total());
        metadata.beforeUse(start, plan.total());
        refcounts.checkTable();
        if (start < end) {
            // First, so that a block that is clean now cannot be evicted by those that are made.
            refcounts.set(start, Math.min(end - start, plan.total()), 1);
        }
        long oldTable = refcounts.table().offset();
        long oldClusters = tableClusters(refcounts.table().length());
        if (plan.tableClusters() > 0) {
            long at = (start + plan.blocks()) << geometry.clusterBits();
            int entries = (int) (plan.tableClusters() << (geometry.clusterBits() - 3));
            refcounts.table().move(at, entries);
            metadata.add(Area.REFCOUNT_TABLE, start + plan.blocks(), plan.tableClusters());
            quarantine.add(oldTable >>> geometry.clusterBits(), oldClusters, bounds.passesOthers());
        }
        for (long i = 0; i < plan.blocks(); i++) {
            metadata.add(Area.REFCOUNT_BLOCK, start + i, 1);
            refcounts.createBlock(firstBlock + i, (start + i) << geometry.clusterBits());
        }
        long overhead = plan.total() - wanted;
        refcounts.set(start, overhead, 1);
        freshFrom = Math.max(freshFrom, start + overhead);
        return take(start + overhead, wanted);
    }

    private long tableClusters(long entries) {
        return geometry.clustersFor(entries * Long.BYTES);
    }

    /**
     * How an extension is laid out.
     *
     * @param blocks how many refcount blocks it begins with
     * @param tableClusters how long the new refcount table is, 0 if the old one suffices
     * @param total how many clusters there are with those that were wanted
     */
    private record Extension(long blocks, long tableClusters, long total) {

        /** Adds what counting takes until it counts itself, too. */
        static Extension plan(Allocator of, long start, long firstBlock, long wanted)
                throws BlockException {
            long capacity = of.refcounts.table().length();
            Extension plan = new Extension(0, 0, wanted);
            while (true) {
                long last = of.refcounts.blockOf(start + plan.total - 1);
                long blocks = Math.max(0, last - firstBlock + 1);
                long entries = Math.max(last + 1, capacity + capacity / 2);
                long table = last < capacity ? 0 : of.tableClusters(entries);
                Extension next = new Extension(blocks, table, blocks + table + wanted);
                if (next.equals(plan)) {
                    return plan;
                }
                if (table << of.geometry.clusterBits() > Limits.REFCOUNT_TABLE_BYTES_MAX) {
                    throw new BlockException(
                            Kind.NO_SPACE, "The refcount table has no room left: 8 MiB");
                }
                plan = next;
            }
        }
    }
}
