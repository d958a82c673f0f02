package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Extent;
import org.ashlar.spi.image.Checkable;
import org.ashlar.tck.FaultyNode;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a flush has not written yet, or failed to write, is not taken for written. */
class FailedFlushTest extends HungImage {
    private static final int LENGTH = 3 * PIECE;

    /** So that nothing is written back in the background. */
    private static final String[] LARGE_CACHES = {
        "l2-cache-size", "1M", "refcount-cache-size", "1M"
    };

    /** New L2 tables, L1 entries, refcount blocks and, at the end, a longer refcount table. */
    @ParameterizedTest
    @EnumSource(names = {"WRITE", "FLUSH"})
    void flush_whenAnyOfItsCallsFails_thenTheNextOneWritesItAll(Operation failing)
            throws IOException {
        create("cluster_size", "512", "refcount_bits", "64");
        int most = 30 * PIECE;
        try (RigNode disk = open(storage)) {
            disk.write(0, filled(most / 512, 1));
        }
        int failures = 0;
        for (int nth = 1; nth == failures + 1; nth++) {
            MemoryNode copy = storage.copy();
            FaultyNode faulty = new FaultyNode(copy);
            try (RigNode disk = open(faulty, LARGE_CACHES)) {
                disk.write(most, filled(LENGTH / 512, 2));
                faulty.fail(failing, nth, BlockException.Kind.IO);
                failures += fails(disk) ? 1 : 0;
                faulty.heal();
                disk.flush();
                assertWhole(copy.copy(), most, nth + ". " + failing);
            }
        }
        assertTrue(failures >= 4, "failures: " + failures);
    }

    private static boolean fails(RigNode disk) throws IOException {
        try {
            disk.flush();
            return false;
        } catch (BlockException expected) {
            assertEquals(BlockException.Kind.IO, expected.kind());
            return true;
        }
    }

    private void assertWhole(MemoryNode stands, int most, String what) throws IOException {
        try (RigNode disk = open(stands)) {
            assertArrayEquals(filled(LENGTH / 512, 2), disk.read(most, LENGTH), what);
            assertArrayEquals(filled(PIECE / 512, 1), disk.read(0, PIECE), what);
            assertEquals(0, corruptions(disk), what);
        }
    }

    /** Leaks are what is in quarantine. */
    private long corruptions(RigNode disk) throws IOException {
        try (RigRequest request = rig.request()) {
            return disk.facet(Checkable.class)
                    .orElseThrow()
                    .check(request, Checkable.Repair.NONE, _ -> {})
                    .corruptions();
        }
    }

    /** A grace period that began before ends after the flush that failed. */
    @Test
    void discardedCluster_whenTheFlushFails_thenIsNotUsedWhileTheDiskLeadsToIt()
            throws IOException {
        create();
        FaultyNode faulty = new FaultyNode(storage);
        RigNode disk = open(faulty);
        disk.write(0, filled(PIECE / 512, 1));
        disk.flush();
        long durable = hostOf(disk, 0);
        long discarded = hostOf(disk, CLUSTER);
        try (RigRequest _ = rig.request()) {
            disk.discard(0, CLUSTER);
            disk.flush();
            disk.discard(CLUSTER, CLUSTER);
            faulty.failAll(Operation.FLUSH, BlockException.Kind.IO);
            assertThrows(BlockException.class, disk::flush);
        }
        for (int i = 0; i < 2; i++) {
            rig.awaitGrace();
            assertThrows(BlockException.class, disk::flush); // It frees first what it can.
        }
        Set<Long> used = new HashSet<>();
        for (long at = PIECE; at < 2 * PIECE; at += CLUSTER) {
            disk.write(at, cluster(2));
            used.add(hostOf(disk, at));
        }
        assertTrue(used.contains(durable), "the other one is free");
        assertFalse(used.contains(discarded), "on the disk it is the guest's");
        faulty.heal();
        assertSound(disk);
    }

    @Test
    void lazyImage_whenClosed_thenIsNotDirty() throws IOException {
        create("lazy_refcounts", "on");
        try (RigNode disk = open(storage)) {
            disk.write(0, filled(PIECE / 512, 1));
            disk.flush();
            assertEquals(1, storage.get(79, 1)[0], "dirty while it is written");
        }
        assertEquals(0, storage.get(79, 1)[0]);
        assertSound(open(storage));
    }

    @Test
    void dataFile_whileItIsFlushed_thenNothingOnTheDiskLeadsToItsDataYet() throws IOException {
        MemoryNode data = new MemoryNode(0);
        HeldNode heldData = new HeldNode(data);
        rig.create(
                driver,
                options("size", "1M", "data_file", "data.raw"),
                Map.of("file", storage, "data-file", data));
        RigNode disk =
                rig.opening(driver).child("file", storage).child("data-file", heldData).open();
        disk.write(0, cluster(1));
        HeldNode.Hold hold = heldData.holdNext(Operation.FLUSH);
        Future<?> flush = workers.start(disk::flush);
        hold.awaitHeld();
        MemoryNode cut = storage.copy();
        hold.release();
        Workers.await(flush);
        assertInstanceOf(Extent.Unallocated.class, firstExtent(cut, data));
        assertInstanceOf(Extent.Mapped.class, firstExtent(storage.copy(), data));
    }

    private Extent firstExtent(MemoryNode image, MemoryNode data) throws IOException {
        try (RigNode disk =
                rig.opening(driver).child("file", image).child("data-file", data).open()) {
            return disk.extentAt(0, CLUSTER);
        }
    }
}
