package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.ashlar.drivers.qcow2.internal.table.InUse;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads whose clusters are used again around the moment at which they look up where to go, or that
 * hold nothing because they must not block.
 */
class HeldLookupTest extends HungImage {

    @Test
    void readThatMustNotBlock_whenItsClusterIsUsedAgainMeanwhile_thenIsDoneAnew()
            throws IOException {
        create();
        RigNode disk = open(device);
        disk.write(0, cluster(1));
        long host = hostOf(disk, 0);
        byte[] bytes = new byte[CLUSTER];
        boolean[] again = {false};
        device.beforeNextRead(offset -> {
            assertEquals(host, offset);
            churn(disk, 0, SIZE);
            again[0] = !Arrays.equals(cluster(1), storage.get(host, CLUSTER));
        });
        try (RigRequest request = rig.hurriedRequest()) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> disk.asChild().read(request, 0, MemorySegment.ofArray(bytes)));
            assertEquals(BlockException.Kind.WOULD_BLOCK, refused.kind());
            disk.asChild().read(request, 0, MemorySegment.ofArray(bytes));
        }
        assertTrue(again[0], "the cluster was kept: nothing was tested");
        assertArrayEquals(Arrays.copyOf(churned(ROUNDS - 1, 0), CLUSTER), bytes);
        assertBounded();
        assertSound(disk);
    }

    /** Stopped between finding the pointer and holding: there is no place, and none can be made. */
    @ParameterizedTest
    @ValueSource(ints = {CLUSTER, 2 * CLUSTER})
    void read_whenItsClusterIsUsedAgainBeforeItHolds_thenLooksItUpAnew(int length)
            throws IOException {
        create();
        RigNode disk = open(file);
        disk.write(0, filled(length / 512, 1));
        disk.flush();
        long host = hostOf(disk, 0);
        InUse inUse =
                ((Qcow2Node) disk.facet(ImageInfo.class).orElseThrow())
                        .image()
                        .state()
                        .metadata()
                        .file()
                        .inUse();
        List<Integer> holds = new ArrayList<>();
        HeldNode.Hold hold;
        FutureTask<byte[]> read = new FutureTask<>(() -> disk.read(0, length));
        synchronized (inUse) {
            for (int i = 0; i < 64; i++) {
                holds.add(inUse.hold(1L << 40, 1));
            }
            Thread reader = Thread.ofPlatform().name("reader").start(read);
            while (reader.getState() != Thread.State.BLOCKED) {
                assertFalse(read.isDone(), "the read did not look for a place");
                Thread.onSpinWait();
            }
            churn(disk, 0, SIZE);
            assertFalse(Arrays.equals(filled(length / 512, 1), storage.get(host, length)));
            hold = file.holdNext(Operation.READ);
        }
        hold.awaitHeld();
        churn(disk, 0, SIZE); // What it goes to now it holds.
        hold.release();
        Workers.await(read);
        assertArrayEquals(Arrays.copyOf(churned(ROUNDS - 1, 0), length), read.resultNow());
        holds.forEach(inUse::end);
        assertSound(disk);
    }

    /** Nothing is held still here: lookups, holds and releases meet as they do. */
    @Test
    void reads_whileClustersAreUsedAgainAllTheTime_thenSeeTheirOwnOffsetsAlone() throws Exception {
        create();
        RigNode disk = open(device);
        HeldNode below = new HeldNode(new MemoryNode(SIZE));
        RigNode hung =
                rig.open(
                        driver,
                        OptionTree.empty(),
                        Map.of("file", storage.copy(), "backing", below));
        HeldNode.Hold hold = below.holdNext(Operation.READ);
        workers.start(() -> hung.read(0, 512));
        hold.awaitHeld();
        Future<?> guest =
                workers.start(() -> {
                    for (int i = 0; i < 12 * SIZE / CLUSTER; i++) {
                        long at = (long) i * 7 * CLUSTER % SIZE;
                        disk.discard(at, CLUSTER);
                        disk.write(at, cluster(1 + at));
                    }
                });
        for (int i = 0; i < 3; i++) {
            boolean hurried = i == 0;
            workers.start(() -> {
                for (long n = 0; !guest.isDone(); n++) {
                    long at = n * 11 * CLUSTER % SIZE;
                    byte[] seen = hurried ? readHurried(disk, at) : disk.read(at, CLUSTER);
                    boolean zero = Arrays.equals(new byte[CLUSTER], seen);
                    assertTrue(zero || Arrays.equals(cluster(1 + at), seen), "at " + at);
                }
            });
        }
        Workers.await(guest);
        hold.release();
        workers.awaitAll();
        assertBounded();
        assertSound(disk);
    }

    private byte[] readHurried(RigNode disk, long at) throws IOException {
        byte[] bytes = new byte[CLUSTER];
        try (RigRequest request = rig.hurriedRequest()) {
            disk.asChild().read(request, at, MemorySegment.ofArray(bytes));
            return bytes;
        } catch (BlockException refused) {
            assertEquals(BlockException.Kind.WOULD_BLOCK, refused.kind());
            return new byte[CLUSTER];
        }
    }

    /** Those that read by the tables of before hold nothing in those of after. */
    @Test
    void read_ofATableOfBeforeTheImageWasMended_keepsEverythingUntilGrace() throws IOException {
        create("lazy_refcounts", "on");
        RigNode made = open(file);
        made.write(0, cluster(1));
        made.flush();
        made.abandon(); // dirty
        RigNode disk = rig.opening(driver).child("file", file).settings(READ_ONLY).open();
        HeldNode.Hold hold = file.holdAfter(call -> call.operation() == Operation.READ);
        Future<?> read = heldRead(disk, 0, cluster(1));
        hold.awaitHeld();
        disk.reopen(OptionTree.empty(), NodeSettings.DEFAULT);
        disk.write(CLUSTER, cluster(2));
        long host = hostOf(disk, 0);
        churn(disk, 0, SIZE / 4);
        assertNobodyHas(disk, host);
        hold.release();
        Workers.await(read);
        rig.awaitGrace();
        churn(disk, 0, SIZE);
        assertSound(disk);
    }
}
