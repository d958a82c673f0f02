package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many writers, some of which write and discard the very same clusters at once while others
 * allocate: what has been written and answered is never overwritten by somebody else, and the image
 * is sound. (The reference loses clusters in such a storm.)
 */
class StormTest {
    private static final int SIZE = 32 << 20;
    private static final int OWNERS = 6;
    private static final int BRAWLERS = 6;
    private static final int ROUNDS = 400;

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster_size=4096",
                "cluster_size=512,refcount_bits=64",
                "cluster_size=65536",
                "extended_l2=on,cluster_size=16k"
            })
    void image_whenWrittenAndDiscardedAtOnce_thenNothingIsLost(String options) throws IOException {
        Path image = folder.resolve("storm.qcow2");
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            rig.create(driver, tree(options, SIZE), file);
            // A small cache, so that slices come and go.
            OptionTree small =
                    OptionTree.dotted(Map.of("l2-cache-size", "16k", "pass-discard-request", "on"));
            RigNode disk = rig.opening(driver).options(small).child("file", file).open();
            storm(disk);
            disk.close();
            Reference.assertClean(image, "after the storm");
        }
    }

    private static OptionTree tree(String options, long size) {
        Map<String, String> all = new HashMap<>(Map.of("size", Long.toString(size)));
        for (String option : options.split(",", -1)) {
            String[] pair = option.split("=", 2);
            all.put(pair[0], pair[1]);
        }
        return OptionTree.dotted(all);
    }

    /** The cache has room for four of 128 L2 tables, so that slices go while they are read. */
    @ParameterizedTest
    @ValueSource(strings = {"cluster_size=512", "extended_l2=on,cluster_size=16k"})
    void disk_whenSlicesGoWhileTheyAreRead_thenEveryReadSeesItsOwnCluster(String options)
            throws IOException {
        int clusterSize = options.endsWith("k") ? 16384 : 512;
        long perTable = clusterSize / (clusterSize == 512 ? 8L : 16L) * clusterSize;
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig();
                Workers workers = new Workers()) {
            rig.create(driver, tree(options, 128 * perTable), storage);
            OptionTree small =
                    OptionTree.dotted(Map.of("l2-cache-size", "2k", "l2-cache-entry-size", "512"));
            RigNode disk = rig.opening(driver).options(small).child("file", storage).open();
            for (int i = 0; i < 128; i++) {
                disk.write(i * perTable, filled(1, i + 1));
            }
            disk.flush();
            for (int reader = 0; reader < 4; reader++) {
                Random random = new Random(reader);
                workers.start(() -> {
                    for (int i = 0; i < 20_000; i++) {
                        int table = random.nextInt(128);
                        assertArrayEquals(
                                filled(1, table + 1), disk.read(table * perTable, 512), "read");
                    }
                });
            }
            workers.awaitAll();
        }
    }

    /** Owners have a region each; the last region is everybody's. */
    private static void storm(RigNode disk) {
        AtomicInteger owning = new AtomicInteger(OWNERS);
        try (Workers workers = new Workers()) {
            for (int owner = 0; owner < OWNERS; owner++) {
                int id = owner;
                workers.start(() -> {
                    try {
                        own(disk, id);
                    } finally {
                        owning.decrementAndGet();
                    }
                });
            }
            for (int brawler = 0; brawler < BRAWLERS; brawler++) {
                int id = brawler;
                workers.start(() -> brawl(disk, id, owning));
            }
            workers.awaitAll();
        }
    }

    /**
     * Writes, drops and rewrites sectors of its own, interleaved with other owners', and verifies.
     */
    private static void own(RigNode disk, int id) throws IOException {
        Random random = new Random(id);
        int sectors = SIZE / 2 / 512 / OWNERS;
        long[] numbers = new long[sectors];
        for (int round = 1; round <= ROUNDS; round++) {
            int index = random.nextInt(sectors);
            // Neighbouring sectors have different owners, so clusters are shared.
            long offset = ((long) index * OWNERS + id) * 512;
            long number = ((long) id << 32) + round;
            switch (random.nextInt(6)) {
                case 0 -> {
                    disk.zero(offset, 512, IoFlags.MAY_UNMAP);
                    numbers[index] = 0;
                }
                case 1 -> disk.flush();
                default -> {
                    disk.write(offset, filled(1, number), anyOf(random));
                    numbers[index] = number;
                }
            }
            int check = random.nextInt(sectors);
            assertArrayEquals(
                    filled(1, numbers[check]), disk.read(((long) check * OWNERS + id) * 512, 512));
        }
        for (int i = 0; i < sectors; i++) {
            if (numbers[i] != 0) {
                assertArrayEquals(
                        filled(1, numbers[i]), disk.read(((long) i * OWNERS + id) * 512, 512));
            }
        }
    }

    /** Writes and discards ranges that others write and discard. */
    private static void brawl(RigNode disk, int id, AtomicInteger owning) throws IOException {
        Random random = new Random(1000 + id);
        int done = 0;
        while (owning.get() > 0 || done < ROUNDS) {
            long offset = SIZE / 2 + (long) random.nextInt(64) * 65536;
            int length = 512 << random.nextInt(9);
            switch (random.nextInt(5)) {
                case 0, 1 -> disk.discard(offset, Math.max(length, 65536));
                case 2 -> disk.zero(offset, length, IoFlags.MAY_UNMAP);
                case 3 -> {
                    byte[] bytes = disk.read(offset, 512);
                    assertTrue(isBrawlers(bytes), "somebody else's data leaked");
                }
                default -> disk.write(offset, filled(length / 512, -1 - id), anyOf(random));
            }
            done++;
        }
    }

    private static IoFlags anyOf(Random random) {
        return random.nextBoolean() ? IoFlags.COMPRESSED : IoFlags.NONE;
    }

    private static boolean isBrawlers(byte[] bytes) {
        long number =
                java.lang.foreign.MemorySegment.ofArray(bytes)
                        .get(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, 0);
        return number <= 0 && number >= -BRAWLERS;
    }
}
