package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.format.RefcountWidth;

/**
 * Hands out bytes for compressed clusters, one behind the other, so that a host cluster holds many
 * of them: its count is the number that it holds any part of. Guarded by the image's lock.
 *
 * <ul>
 *   <li>I1: {@code next} is 0, or lies within a host cluster, not at its start, that is counted and
 *       of which everything that was handed out is in use: it lost no pointer.
 *   <li>I2: what is handed out is in one cluster, or in two that follow one another.
 * </ul>
 */
final class Packing {
    private final Geometry geometry;
    private final Refcounts refcounts;
    private final Allocator allocator;
    private final Quarantine quarantine;

    /** Where the next compressed cluster goes; 0 for a host cluster of its own. */
    private long next;

    Packing(Geometry geometry, Refcounts refcounts, Allocator allocator, Quarantine quarantine) {
        this.geometry = geometry;
        this.refcounts = refcounts;
        this.allocator = allocator;
        this.quarantine = quarantine;
    }

    /**
     * Hands out fewer bytes than a cluster has, counted, and returns where they begin.
     *
     * @return {@link Metadata#NO_ROOM} if they would lie further behind than a descriptor can say
     */
    long take(long length) throws Missing, IOException {
        assert 0 < length && length < geometry.clusterSize();
        long shared = next >>> geometry.clusterBits();
        long count = next == 0 ? 0 : refcounts.get(shared);
        assert next == 0 || count > 0 : "I1";
        if (count == new RefcountWidth(geometry.refcountOrder()).max()) {
            next = 0;
        }
        long at = next;
        if (next == 0 || geometry.inCluster(next) + length > geometry.clusterSize()) {
            long more = allocator.allocate(1).offset();
            // Both are counted by the same block: it is in memory, so counting cannot fail.
            boolean joins =
                    next != 0
                            && more == geometry.clusterEnd(next)
                            && refcounts.blockOf(shared) == refcounts.blockOf(shared + 1);
            at = joins ? next : more;
            if (at + length > L2Entry.compressedEnd(geometry)) {
                quarantine.add(more >>> geometry.clusterBits(), 1, false);
                return Metadata.NO_ROOM;
            }
        }
        if (at == next) {
            refcounts.set(shared, 1, count + 1);
        }
        next = geometry.inCluster(at + length) == 0 ? 0 : at + length;
        return at;
    }

    /** Notes that host clusters have lost a pointer: nothing is added to them any more. */
    void leave(long firstCluster, long count) {
        long cluster = next >>> geometry.clusterBits();
        if (firstCluster <= cluster && cluster < firstCluster + count) {
            next = 0;
        }
    }
}
