package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Extent;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.AfterEach;

/**
 * An image over a file that holds calls, and a guest that writes and discards many times its disk:
 * what the tests of freeing beside requests that hang have in common.
 */
abstract class HungImage {
    static final int CLUSTER = 4096;
    static final int SIZE = 4 << 20;
    static final int PIECE = 1 << 16;
    static final int ROUNDS = 12;

    /** The disk, its tables, and twice the least limit at each of three stations. */
    static final long BOUND = SIZE + 3L * (2 << 20) + (1 << 20);

    static final NodeSettings READ_ONLY =
            new NodeSettings(
                    true, false, false, false, false, false, NodeSettings.DetectZeroes.OFF);

    final Qcow2Driver driver = new Qcow2Driver();
    final Rig rig = new Rig();
    final MemoryNode storage = new MemoryNode(0);
    final DeviceNode device = new DeviceNode(storage);
    final HeldNode file = new HeldNode(device);
    final Workers workers = new Workers();

    @AfterEach
    void close() throws IOException {
        workers.close();
        rig.close();
    }

    static OptionTree options(String... pairs) {
        Map<String, String> all = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return OptionTree.dotted(all);
    }

    void create(String... more) throws IOException {
        List<String> all = new ArrayList<>(List.of("size", "4M", "cluster_size", "4096"));
        all.addAll(Arrays.asList(more));
        rig.create(driver, options(all.toArray(String[]::new)), storage);
    }

    RigNode open(BlockNode below, String... options) throws IOException {
        return rig.open(driver, options(options), Map.of("file", below));
    }

    static byte[] cluster(long number) {
        return filled(CLUSTER / 512, number);
    }

    /** Returns where a cluster lies, 0 if nowhere as it is. */
    static long hostOf(RigNode disk, long offset) throws IOException {
        return disk.extentAt(offset, 512) instanceof Extent.Mapped mapped
                ? mapped.childOffset()
                : 0;
    }

    /** Discards and writes a part of the disk many times over; nothing of it stays in its place. */
    static void churn(RigNode disk, long from, long to) throws IOException {
        for (int round = 0; round < ROUNDS * SIZE / (to - from); round++) {
            for (long at = from; at < to; at += PIECE) {
                disk.discard(at, PIECE);
                disk.write(at, churned(round, at));
            }
        }
    }

    static byte[] churned(int round, long at) {
        return filled(PIECE / 512, 1000L * (1 + round) + at / PIECE);
    }

    static void assertChurned(RigNode disk, long from) throws IOException {
        for (long at = from; at < SIZE; at += PIECE) {
            assertArrayEquals(churned(ROUNDS - 1, at), disk.read(at, PIECE));
        }
    }

    void assertBounded() {
        long length = storage.length();
        assertTrue(length < BOUND, "the file has " + length + " bytes");
    }

    static void assertNobodyHas(RigNode disk, long host) throws IOException {
        for (long at = 0; at < SIZE; at += CLUSTER) {
            assertTrue(hostOf(disk, at) != host, "used again at " + at);
        }
    }

    void assertSound(RigNode disk) throws IOException {
        assertSound(rig, disk);
    }

    /** Checks the image once all that was freed is free. */
    static void assertSound(Rig rig, RigNode disk) throws IOException {
        disk.flush();
        rig.awaitGrace();
        disk.flush();
        List<String> lines = new ArrayList<>();
        try (var request = rig.request()) {
            CheckResult result =
                    disk.facet(Checkable.class)
                            .orElseThrow()
                            .check(request, Checkable.Repair.NONE, lines::add);
            assertEquals(0, result.corruptions() + result.leaks(), lines::toString);
        }
    }

    HeldNode.Hold holdAt(Operation operation, long offset) {
        return file.holdBefore(call -> call.operation() == operation && call.touches(offset));
    }

    /** The rest of the test runs while the read is stopped; then its bytes are those of before. */
    Future<?> heldRead(RigNode disk, long offset, byte[] bytes) {
        return workers.start(() -> assertArrayEquals(bytes, disk.read(offset, bytes.length)));
    }
}
