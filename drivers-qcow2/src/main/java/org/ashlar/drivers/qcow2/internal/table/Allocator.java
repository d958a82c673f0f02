package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;

/**
 * Finds free host clusters and counts them as used. Guarded by the image's lock.
 *
 * <ul>
 *   <li>I1: every cluster before {@code cursor} that an existing block counts is in use.
 *   <li>I2: every cluster from {@code freshFrom} on reads as zeroes: it lies past the end the file
 *       had, and was never handed out.
 *   <li>I3: cluster 0, the header, is never handed out, whatever its count says.
 * </ul>
 */
final class Allocator {
    private final Geometry geometry;
    private final Refcounts refcounts;
    private final RefcountGrowth growth;
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
            RefcountGrowth growth,
            MetadataClusters metadata,
            Bounds bounds) {
        this.geometry = geometry;
        this.refcounts = refcounts;
        this.growth = growth;
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
        return extend(wanted);
    }

    /** Hands out {@code count} clusters for an L1 table, behind everything else. */
    HostRun allocateL1(long count) throws Missing, IOException {
        HostRun run = allocateAtEnd(count);
        metadata.add(Area.ACTIVE_L1, run.offset() >>> geometry.clusterBits(), count);
        return run;
    }

    private HostRun allocateAtEnd(long count) throws Missing, IOException {
        long end = refcounts.end();
        long start = end == 0 ? 0 : refcounts.startOfFreeTail(refcounts.blockOf(end - 1));
        return start > 0 && end - start >= count ? take(start, count) : extend(count);
    }

    private HostRun extend(long wanted) throws Missing, IOException {
        long first = growth.extend(wanted);
        freshFrom = Math.max(freshFrom, first);
        return take(first, wanted);
    }

    private HostRun take(long first, long count) throws Missing, IOException {
        growth.checkEnd(first + count);
        metadata.beforeUse(first, count);
        refcounts.set(first, count, 1);
        if (cursor == first) {
            cursor = first + count;
        }
        boolean fresh = first >= freshFrom;
        freshFrom = Math.max(freshFrom, first + count);
        return new HostRun(first << geometry.clusterBits(), count, fresh);
    }
}
