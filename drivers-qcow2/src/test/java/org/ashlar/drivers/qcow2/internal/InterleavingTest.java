package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.SliceThief;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Doing;
import org.ashlar.tck.FaultyNode;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Report;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that meet at the worst moment, each forced by holding a call to the file. */
class InterleavingTest {
    private static final int CLUSTER = 4096;
    private static final int CLUSTER_SECTORS = CLUSTER / 512;

    private final Qcow2Driver driver = new Qcow2Driver();
    private final Rig rig = new Rig();
    private final MemoryNode storage = new MemoryNode(0);
    private final FaultyNode faulty = new FaultyNode(storage);
    private final HeldNode file = new HeldNode(faulty);
    private final Workers workers = new Workers();

    @AfterEach
    void close() throws IOException {
        workers.close();
        rig.close();
    }

    private RigNode create(String... more) throws IOException {
        Map<String, String> options = new java.util.HashMap<>();
        options.put("size", "1M");
        options.put("cluster_size", "4096");
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        rig.create(driver, OptionTree.dotted(options), storage);
        return open();
    }

    private RigNode open() throws IOException {
        return rig.open(driver, OptionTree.empty(), Map.of("file", file));
    }

    private long hostOf(RigNode disk, long offset) throws IOException {
        return ((Extent.Mapped) disk.extentAt(offset, 512)).childOffset();
    }

    private void assertSound(RigNode disk) throws IOException {
        HungImage.assertSound(rig, disk);
    }

    @Test
    void cluster_whenHalfIsBeingAllocated_thenTheOtherHalfWaitsAndBothAreThere() throws Exception {
        RigNode disk = create();
        disk.write(0, filled(1, 9)); // makes the L2 table
        HeldNode.Hold hold = file.holdNext(Operation.WRITE);
        Future<?> first = workers.start(() -> disk.write(CLUSTER, filled(4, 1)));
        hold.awaitHeld();
        Doing<?> second =
                Doing.run(() -> disk.write(CLUSTER + 2048, filled(4, 2)))
                        .awaitWaiting("Claim.await");
        disk.write(8 * CLUSTER, filled(1, 3)); // others go on
        hold.release();
        Workers.await(first);
        second.get();
        assertArrayEquals(filled(4, 1), disk.read(CLUSTER, 2048));
        assertArrayEquals(filled(4, 2), disk.read(CLUSTER + 2048, 2048));
        assertSound(disk);
    }

    @Test
    void cluster_whenItsAllocationFails_thenWhoWaitedAllocatesForItself() throws Exception {
        RigNode disk = create();
        disk.write(0, filled(1, 9));
        HeldNode.Hold hold = file.holdNext(Operation.WRITE);
        Future<?> first =
                workers.start(() -> {
                    BlockException failed =
                            assertThrows(
                                    BlockException.class, () -> disk.write(CLUSTER, filled(1, 1)));
                    assertEquals(BlockException.Kind.IO, failed.kind());
                });
        hold.awaitHeld();
        faulty.fail(Operation.WRITE, 1, BlockException.Kind.IO);
        Doing<?> second =
                Doing.run(() -> disk.write(CLUSTER + 512, filled(1, 2)))
                        .awaitWaiting("Claim.await");
        hold.release();
        Workers.await(first);
        second.get();
        assertArrayEquals(new byte[512], disk.read(CLUSTER, 512));
        assertArrayEquals(filled(1, 2), disk.read(CLUSTER + 512, 512));
        assertSound(disk);
    }

    @Test
    void discardedCluster_whenAWriteIsInFlight_thenIsNotReusedBeforeItsEnd() throws IOException {
        RigNode disk = create();
        disk.write(0, filled(CLUSTER_SECTORS, 1));
        disk.flush();
        long host = hostOf(disk, 0);
        HeldNode.Hold hold =
                file.holdBefore(
                        call -> call.operation() == Operation.WRITE && call.offset() == host);
        Future<?> late = workers.start(() -> disk.write(0, filled(CLUSTER_SECTORS, 2)));
        hold.awaitHeld();
        disk.discard(0, CLUSTER);
        disk.flush();
        disk.flush();
        for (int i = 1; i < 100; i++) {
            disk.write((long) i * CLUSTER, filled(CLUSTER_SECTORS, 100 + i));
            assertTrue(hostOf(disk, (long) i * CLUSTER) != host, "reused while written");
        }
        hold.release();
        Workers.await(late);
        for (int i = 1; i < 100; i++) {
            assertArrayEquals(
                    filled(CLUSTER_SECTORS, 100 + i), disk.read((long) i * CLUSTER, CLUSTER));
        }
        rig.awaitGrace();
        disk.flush();
        disk.write(200 * CLUSTER, filled(CLUSTER_SECTORS, 7));
        assertEquals(host, hostOf(disk, 200 * CLUSTER), "free once the write has ended");
        assertSound(disk);
    }

    @Test
    void discardedCluster_whenAReadIsInFlight_thenTheReadSeesNobodyElsesData() throws IOException {
        RigNode disk = create();
        disk.write(0, filled(CLUSTER_SECTORS, 1));
        disk.flush();
        long host = hostOf(disk, 0);
        HeldNode.Hold hold =
                file.holdBefore(
                        call -> call.operation() == Operation.READ && call.offset() == host);
        AtomicReference<byte[]> seen = new AtomicReference<>();
        Future<?> late = workers.start(() -> seen.set(disk.read(0, CLUSTER)));
        hold.awaitHeld();
        disk.discard(0, CLUSTER);
        disk.flush();
        for (int i = 1; i < 100; i++) {
            disk.write((long) i * CLUSTER, filled(CLUSTER_SECTORS, 100 + i));
        }
        hold.release();
        Workers.await(late);
        assertArrayEquals(filled(CLUSTER_SECTORS, 1), seen.get());
        assertSound(disk);
    }

    @Test
    void zero_whenACopyIsInFlight_thenDoesNotComeBack() throws Exception {
        MemoryNode below = new MemoryNode(1 << 20);
        below.put(0, filled(CLUSTER_SECTORS, 5));
        rig.create(
                driver, OptionTree.dotted(Map.of("size", "1M", "cluster_size", "4096")), storage);
        RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file, "backing", below));
        disk.write(CLUSTER, filled(1, 9));
        HeldNode.Hold hold = file.holdNext(Operation.WRITE);
        Future<?> write = workers.start(() -> disk.write(0, filled(1, 1)));
        hold.awaitHeld();
        Doing<?> zero =
                Doing.run(() -> disk.zero(0, CLUSTER, IoFlags.MAY_UNMAP))
                        .awaitWaiting("Claim.await");
        disk.write(9 * CLUSTER, filled(1, 3));
        hold.release();
        Workers.await(write);
        zero.get();
        assertArrayEquals(new byte[CLUSTER], disk.read(0, CLUSTER));
        assertSound(disk);
    }

    @Test
    void zero_ofWhatIsZeroWhileOtherChangesAreNotToldYet_tellsBeforeItAnswers() throws IOException {
        RigNode made = create("size", "8M");
        long far = 4 << 20; // in another slice
        made.zero(0, CLUSTER, IoFlags.NONE);
        made.write(far, filled(1, 1));
        made.close();
        RigNode disk = open();
        disk.zero(512, 512, IoFlags.NONE);
        assertEquals(List.of(), disk.reports(), "nothing has changed");
        HeldNode.Hold hold = file.holdNext(Operation.READ);
        Future<?> other = workers.start(() -> disk.zero(far, CLUSTER, IoFlags.NONE));
        hold.awaitHeld();
        disk.zero(512, 512, IoFlags.NONE);
        Map<String, Object> range = Map.of("offset", 512L, "length", 512L);
        assertEquals(List.of(new Report(Report.MAPPING_CHANGED, range)), disk.reports());
        hold.release();
        Workers.await(other);
    }

    @Test
    void populate_whenAClientWritesMeanwhile_thenTheClientWins() throws IOException {
        RigNode disk = create();
        disk.write(CLUSTER, filled(1, 9));
        HeldNode.Hold hold = file.holdNext(Operation.WRITE);
        Future<?> populate =
                workers.start(() -> disk.write(0, filled(CLUSTER_SECTORS, 5), IoFlags.POPULATE));
        hold.awaitHeld();
        Future<?> client = workers.start(() -> disk.write(512, filled(1, 1)));
        hold.release();
        Workers.await(populate);
        Workers.await(client);
        assertArrayEquals(filled(1, 1), disk.read(512, 512));
        disk.write(0, filled(CLUSTER_SECTORS, 6), IoFlags.POPULATE);
        assertArrayEquals(filled(1, 5), disk.read(0, 512), "a populate changes nothing allocated");
        disk.zero(4 * CLUSTER, CLUSTER, IoFlags.NONE);
        disk.write(4 * CLUSTER, filled(CLUSTER_SECTORS, 6), IoFlags.POPULATE);
        assertArrayEquals(new byte[CLUSTER], disk.read(4 * CLUSTER, CLUSTER));
        assertSound(disk);
    }

    @Test
    void slice_whenItsLoadFails_thenWaitersFailAndTheNextTryLoads() throws Exception {
        RigNode made = create();
        made.write(0, filled(1, 1));
        made.close();
        RigNode disk = open();
        HeldNode.Hold hold = file.holdNext(Operation.READ);
        Future<?> first = workers.start(() -> disk.read(0, 512));
        hold.awaitHeld();
        Doing<?> second = Doing.run(() -> disk.read(512, 512)).awaitWaiting("awaitLoaded");
        hold.release();
        Workers.await(first);
        second.get();
        disk.close();
        RigNode again = open();
        faulty.fail(Operation.READ, 1, BlockException.Kind.IO);
        assertThrows(BlockException.class, () -> again.read(0, 512));
        assertArrayEquals(filled(1, 1), again.read(0, 512));
    }

    @Test
    void coldSlices_whenOneLoadHangs_thenOthersLoadAndCachedReadsGoOn() throws IOException {
        RigNode made = create("size", "64M");
        for (int i = 0; i < 4; i++) {
            made.write(i * (2L << 20), filled(1, i + 1));
        }
        made.close();
        RigNode disk = open();
        assertArrayEquals(filled(1, 1), disk.read(0, 512));
        HeldNode.Hold hold = file.holdNext(Operation.READ);
        Future<?> hung = workers.start(() -> disk.read(2L << 20, 512));
        hold.awaitHeld();
        assertArrayEquals(filled(1, 3), disk.read(4L << 20, 512));
        assertArrayEquals(filled(1, 4), disk.read(6L << 20, 512));
        assertArrayEquals(filled(1, 1), disk.read(0, 512));
        hold.release();
        Workers.await(hung);
    }

    /** The depth at which an export asks; one table is read by each of its requests. */
    @Test
    void coldTables_whenReadAtDepth_thenAllLoadsOverlapAndCachedReadsGoOn() throws IOException {
        int depth = 32;
        int tables = 128;
        long perTable = (long) CLUSTER / Long.BYTES * CLUSTER;
        RigNode made = create("size", Long.toString(tables * perTable));
        for (int i = 0; i < tables; i++) {
            made.write(i * perTable, filled(1, i + 1));
        }
        made.close();
        RigNode disk = open();
        assertArrayEquals(filled(1, 1), disk.read(0, 512));
        for (int first = 0; first < tables; first += depth) {
            int cold = Math.max(first, 1);
            List<HeldNode.Hold> loads = new ArrayList<>();
            List<Future<?>> reads = new ArrayList<>();
            for (int i = cold; i < first + depth; i++) {
                long table = i;
                loads.add(
                        file.holdBefore(call ->
                                call.operation() == Operation.READ && call.length() == CLUSTER));
                reads.add(
                        workers.start(() ->
                                assertArrayEquals(
                                        filled(1, table + 1), disk.read(table * perTable, 512))));
            }
            loads.forEach(HeldNode.Hold::awaitHeld); // each holds a load of its own
            assertArrayEquals(filled(1, 1), disk.read(0, 512));
            loads.forEach(HeldNode.Hold::release);
            reads.forEach(Workers::await);
        }
    }

    @Test
    void extendedEntry_whenReadBetweenItsWords_thenTheReadWaitsForTheWhole() throws Exception {
        int cluster = 16384;
        RigNode disk = create("extended_l2", "on", "cluster_size", Integer.toString(cluster));
        disk.write(0, filled(cluster / 512, 5));
        disk.write(cluster, filled(cluster / 512, 6));
        var metadata =
                ((Qcow2Node) disk.facet(ImageInfo.class).orElseThrow()).image().state().metadata();
        var slice = metadata.map().find(0);
        assertNotNull(slice);
        Doing<?> read;
        metadata.lock().lock();
        try {
            slice.beginChange();
            // Between its words the entry shows the other cluster's data.
            slice.set(0, metadata.map().descriptor(slice, 1));
            read = Doing.run(() -> assertArrayEquals(new byte[512], disk.read(512, 512)));
            read.awaitWaiting("TableSlice.beginRead");
            slice.set(1, L2Entry.ALL_ZERO);
            slice.endChange();
        } finally {
            metadata.lock().unlock();
        }
        read.get();
        assertEquals(List.of(), disk.reports().stream().filter(this::isCorruption).toList());
        disk.abandon();
    }

    @Test
    void read_whenItsSliceIsUsedForAnotherTable_thenLooksItUpAnew() throws Exception {
        RigNode disk = create();
        disk.write(0, filled(CLUSTER_SECTORS, 5));
        disk.write(CLUSTER, filled(CLUSTER_SECTORS, 6));
        disk.flush();
        var metadata =
                ((Qcow2Node) disk.facet(ImageInfo.class).orElseThrow()).image().state().metadata();
        SliceThief thief = new SliceThief(metadata);
        long other = hostOf(disk, CLUSTER) | L2Entry.COPIED;
        thief.takeFirst(other);
        Doing<?> read = Doing.run(() -> assertArrayEquals(filled(1, 5), disk.read(512, 512)));
        thief.awaitFoundAgain();
        thief.endEviction();
        read.get();
        thief.takeFirst(other);
        Doing<?> write = Doing.run(() -> disk.write(1024, filled(1, 7)));
        thief.awaitFoundAgain();
        thief.endEviction();
        write.get();
        assertArrayEquals(filled(1, 7), disk.read(1024, 512));
        assertArrayEquals(filled(CLUSTER_SECTORS, 6), disk.read(CLUSTER, CLUSTER));
        assertSound(disk);
    }

    private boolean isCorruption(Report report) {
        return report.event().equals(Report.CORRUPTED);
    }

    @Test
    void file_whenClustersAreBeingReleased_thenAWriteWaitsForThemAndDoesNotGrowIt()
            throws Exception {
        RigNode made = create();
        made.close();
        RigNode disk =
                rig.open(
                        driver,
                        OptionTree.dotted(Map.of("pass-discard-request", "on")),
                        Map.of("file", file));
        disk.write(0, filled(1 << 11, 1));
        disk.flush();
        long length = storage.length();
        HeldNode.Hold hold = file.holdNext(Operation.DISCARD);
        disk.discard(0, 8 * CLUSTER);
        disk.flush();
        hold.awaitHeld();
        Doing<?> write =
                Doing.run(() -> disk.write(0, filled(CLUSTER_SECTORS, 2)))
                        .awaitWaiting("Release.releaseRipe");
        hold.release();
        write.get();
        assertEquals(length, storage.length());
        assertArrayEquals(filled(CLUSTER_SECTORS, 2), disk.read(0, CLUSTER));
        assertSound(disk);
    }

    @Test
    void discardedClusters_whenTheirCountsCannotBeRead_thenAreFreedByTheNextFlush()
            throws IOException {
        create("cluster_size", "512", "refcount_bits", "64").close();
        RigNode disk =
                rig.opening(driver)
                        .options(
                                OptionTree.dotted(
                                        Map.of(
                                                "pass-discard-request", "on",
                                                "refcount-cache-size", "2k")))
                        .child("file", file)
                        .open();
        disk.write(0, filled(1 << 11, 1));
        disk.flush();
        disk.drain(); // So much was dirty that a write-back began: the error is not for it.
        disk.resume();
        disk.discard(0, 16 * CLUSTER);
        HeldNode.Hold hold = file.holdNext(Operation.READ);
        disk.flush();
        hold.awaitHeld(); // the counts of what is ripe, which are in memory no more
        faulty.fail(Operation.READ, 1, BlockException.Kind.IO);
        hold.release();
        assertSound(disk);
        disk.close();
    }

    @Test
    void cluster_whenNothingCanBeReleased_thenAWriteGrowsTheFileInsteadOfWaiting()
            throws IOException {
        RigNode disk = create();
        disk.write(0, filled(1 << 11, 1));
        disk.flush();
        HeldNode.Hold hold = file.holdNext(Operation.READ);
        Future<?> read = workers.start(() -> disk.read(1 << 19, 512));
        hold.awaitHeld();
        disk.discard(0, 8 * CLUSTER);
        disk.flush(); // a grace period begins, which the read holds up
        disk.write(0, filled(CLUSTER_SECTORS, 2));
        hold.release();
        Workers.await(read);
        assertSound(disk);
    }
}
