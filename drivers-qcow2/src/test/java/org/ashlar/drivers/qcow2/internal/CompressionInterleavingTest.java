package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Compressed clusters share host clusters: what happens to one while others are added, each forced
 * by holding a call to the file. Caught by these: a position that stays in a cluster that is put
 * away.
 */
class CompressionInterleavingTest {
    private static final int CLUSTER = 4096;
    private static final int SECTORS = CLUSTER / 512;

    private final Qcow2Driver driver = new Qcow2Driver();
    private final Rig rig = new Rig();
    private final MemoryNode storage = new MemoryNode(0);
    private final HeldNode file = new HeldNode(storage);
    private final Workers workers = new Workers();
    private RigNode disk;

    @BeforeEach
    void open() throws IOException {
        OptionTree size = OptionTree.dotted(Map.of("size", "1M", "cluster_size", "4096"));
        rig.create(driver, size, storage);
        OptionTree discards = OptionTree.dotted(Map.of("pass-discard-request", "on"));
        disk = rig.open(driver, discards, Map.of("file", file));
        disk.write(100 * CLUSTER, filled(1, 1)); // makes the L2 table
    }

    @AfterEach
    void close() throws IOException {
        workers.close();
        rig.close();
    }

    private void compress(int cluster, long number) throws IOException {
        disk.write((long) cluster * CLUSTER, filled(SECTORS, number), IoFlags.COMPRESSED);
    }

    private void assertHolds(int cluster, long number) throws IOException {
        assertArrayEquals(
                filled(SECTORS, number),
                disk.read((long) cluster * CLUSTER, CLUSTER),
                "cluster " + cluster);
    }

    /** Returns the host cluster in which a compressed cluster begins. */
    private long packedIn(int cluster) {
        Qcow2Node node = (Qcow2Node) disk.facet(ImageInfo.class).orElseThrow();
        Metadata metadata = node.image().state().metadata();
        metadata.lock().lock();
        try {
            long entry = metadata.map().descriptor(metadata.map().find(cluster), cluster);
            return L2Entry.compressedOffset(entry, metadata.geometry()) & -CLUSTER;
        } finally {
            metadata.lock().unlock();
        }
    }

    private void assertSound() throws IOException {
        disk.flush();
        rig.awaitGrace();
        disk.flush();
        List<String> lines = new ArrayList<>();
        try (var request = rig.request()) {
            Checkable checkable = disk.facet(Checkable.class).orElseThrow();
            CheckResult result = checkable.check(request, Checkable.Repair.NONE, lines::add);
            assertEquals(0, result.corruptions() + result.leaks(), lines::toString);
        }
    }

    @Test
    void append_whileThePackingClusterIsBeingFreed_goesElsewhere() throws IOException {
        compress(0, 1);
        disk.write(101 * CLUSTER, filled(SECTORS, 1)); // so that the file goes on behind it
        disk.flush();
        HeldNode.Hold hold = file.holdNext(Operation.DISCARD);
        disk.discard(0, CLUSTER);
        disk.flush();
        hold.awaitHeld(); // counted once, and about to be wiped
        compress(1, 2);
        hold.release();
        assertHolds(1, 2);
        assertSound();
        assertHolds(1, 2);
    }

    @Test
    void append_whenThePackingClusterHoldsSomebodyElsesData_leavesItAlone() throws IOException {
        compress(0, 1);
        disk.flush();
        long packing = packedIn(0);
        disk.discard(0, CLUSTER);
        disk.flush();
        rig.awaitGrace();
        disk.flush();
        disk.write(CLUSTER, filled(SECTORS, 2));
        Extent.Mapped plain = (Extent.Mapped) disk.extentAt(CLUSTER, CLUSTER);
        assertEquals(packing, plain.childOffset(), "the cluster was used again");
        compress(2, 3);
        assertHolds(1, 2);
        assertHolds(2, 3);
        assertSound();
    }

    @Test
    void append_whileAClusterThatLostOneIsStillWrittenTo_goesElsewhere() throws IOException {
        compress(0, 1);
        disk.flush();
        HeldNode.Hold hold = file.holdNext(Operation.WRITE);
        Future<?> late = workers.start(() -> compress(1, 2));
        hold.awaitHeld();
        long packing = packedIn(0);
        disk.discard(0, CLUSTER);
        disk.flush();
        compress(2, 3);
        assertNotEquals(packing, packedIn(2));
        hold.release();
        Workers.await(late);
        assertEquals(packing, packedIn(1));
        assertSound();
        disk.write(3 * CLUSTER, filled(SECTORS, 4));
        assertHolds(1, 2);
        assertHolds(2, 3);
        assertSound();
    }

    @Test
    void clusters_whenCompressedAtOnce_doNotWaitForEachOther() throws Exception {
        HeldNode.Hold hold = file.holdNext(Operation.WRITE);
        Future<?> first = workers.start(() -> compress(0, 1));
        hold.awaitHeld();
        compress(1, 2);
        assertHolds(1, 2);
        Doing<?> same = Doing.run(() -> compress(0, 3)).awaitWaiting("Claim.await");
        Doing<?> plain = Doing.run(() -> disk.write(512, filled(1, 4))).awaitWaiting("Claim.await");
        compress(2, 5);
        hold.release();
        Workers.await(first);
        same.get();
        plain.get();
        assertArrayEquals(filled(1, 3), disk.read(0, 512));
        assertHolds(1, 2);
        assertHolds(2, 5);
        assertSound();
    }
}
