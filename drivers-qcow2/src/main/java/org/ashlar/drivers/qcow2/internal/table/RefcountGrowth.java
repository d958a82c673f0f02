package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Limits;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Request;

/**
 * Extends what is counted: adds refcount blocks, and where those do not fit into the refcount table
 * a longer one, behind everything that is counted so far. Guarded by the image's lock.
 *
 * <ul>
 *   <li>I1: where a block or a table is linked, the file has been written: one that has no room
 *       there fails who asked for clusters, and no write-back ever after.
 *   <li>I2: one writes there at a time, and nobody extends meanwhile. Nobody else has a cluster
 *       there: it is not counted.
 *   <li>I3: from the end of what is counted up to {@code writtenTo} the file reads as zeroes.
 * </ul>
 */
final class RefcountGrowth {
    private final Metadata metadata;
    private final Geometry geometry;

    /** Signalled when nobody writes any more. */
    private final Condition ended;

    private boolean writing;
    private long writtenTo;

    RefcountGrowth(Metadata metadata) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.ended = metadata.lock().newCondition();
    }

    /**
     * Sees to it that {@code wanted} clusters, which follow one another, can be counted, and
     * returns the first. They are free and lie behind all that was counted before.
     */
    long extend(long wanted) throws Missing, IOException {
        Refcounts refcounts = metadata.refcounts();
        long start = start();
        Plan plan = plan(start, wanted);
        long first = start + plan.overhead();
        checkEnd(first + wanted);
        metadata.clusters().beforeUse(start, plan.overhead() + wanted);
        refcounts.checkTable();
        if (writing || first > writtenTo) {
            throw new Missing(request -> write(request, start, plan.overhead()));
        }
        link(start, plan);
        refcounts.set(start, plan.overhead(), 1);
        return first;
    }

    private long start() {
        return Math.max(metadata.refcounts().end(), 1);
    }

    /** Refuses clusters up to {@code endCluster} if no entry can say where they are. */
    void checkEnd(long endCluster) throws BlockException {
        if (endCluster > Limits.HOST_OFFSET_MAX >>> geometry.clusterBits()) {
            throw new BlockException(Kind.NO_SPACE, "The image file has no room left: 64 PiB");
        }
    }

    private void write(Request request, long start, long count) throws IOException {
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
        if (!begin(start)) {
            return;
        }
        boolean success = false;
        try {
            int bits = geometry.clusterBits();
            metadata.file().writeZeroes(request, start << bits, count << bits);
            success = true;
        } finally {
            end(success ? start + count : 0);
        }
    }

    /** Returns false, having waited for who writes, if things are to be looked at again. */
    private boolean begin(long start) {
        metadata.lock().lock();
        try {
            if (!writing && start == start()) {
                writing = true;
                return true;
            }
            while (writing) {
                ended.awaitUninterruptibly();
            }
            return false;
        } finally {
            metadata.lock().unlock();
        }
    }

    private void end(long to) {
        metadata.lock().lock();
        try {
            writing = false;
            writtenTo = Math.max(writtenTo, to);
            ended.signalAll();
        } finally {
            metadata.lock().unlock();
        }
    }

    private void link(long start, Plan plan) {
        Refcounts refcounts = metadata.refcounts();
        MetadataClusters clusters = metadata.clusters();
        TopTable table = refcounts.table();
        long firstBlock = refcounts.blockOf(refcounts.end());
        int bits = geometry.clusterBits();
        if (plan.tableClusters > 0) {
            long at = start + plan.blocks;
            long old = table.offset() >>> bits;
            long oldClusters = tableClusters(table.length());
            table.move(at << bits, (int) (plan.tableClusters << (bits - 3)));
            clusters.add(Area.REFCOUNT_TABLE, at, plan.tableClusters);
            metadata.quarantine().add(old, oldClusters, metadata.discards().others());
        }
        for (long i = 0; i < plan.blocks; i++) {
            clusters.add(Area.REFCOUNT_BLOCK, start + i, 1);
            refcounts.createBlock(firstBlock + i, (start + i) << bits);
        }
    }

    private long tableClusters(long entries) {
        return geometry.clustersFor(entries * Long.BYTES);
    }

    /**
     * How an extension is laid out.
     *
     * @param blocks how many refcount blocks it begins with
     * @param tableClusters how long the refcount table behind them is, 0 if the old one suffices
     */
    private record Plan(long blocks, long tableClusters) {
        long overhead() {
            return blocks + tableClusters;
        }
    }

    /** Adds what counting takes until it counts itself, too. */
    private Plan plan(long start, long wanted) throws BlockException {
        Refcounts refcounts = metadata.refcounts();
        long firstBlock = refcounts.blockOf(refcounts.end());
        long capacity = refcounts.table().length();
        Plan plan = new Plan(0, 0);
        while (true) {
            long last = refcounts.blockOf(start + plan.overhead() + wanted - 1);
            long entries = Math.max(last + 1, capacity + capacity / 2);
            long table = last < capacity ? 0 : tableClusters(entries);
            Plan next = new Plan(last - firstBlock + 1, table);
            if (next.equals(plan)) {
                return plan;
            }
            if (table << geometry.clusterBits() > Limits.REFCOUNT_TABLE_BYTES_MAX) {
                throw new BlockException(
                        Kind.NO_SPACE, "The refcount table has no room left: 8 MiB");
            }
            plan = next;
        }
    }
}
