package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits to be free is bounded by the image, so that the file does not grow for it. */
class QuarantineTest {
    private static final int SIZE = 20 << 20;
    private static final int PIECE = 1 << 18;

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;

    /** Writes and discards 320 MiB in all, which no flush of the guest's ends. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void file_whenItsDiskIsWrittenAndDiscardedForLong_thenStaysBelowTwiceTheDisk(int writers)
            throws IOException {
        Path image = folder.resolve("loop.qcow2");
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image);
                Workers workers = new Workers()) {
            rig.create(
                    driver,
                    OptionTree.dotted(Map.of("size", Integer.toString(SIZE), "cluster_size", "4k")),
                    file);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
            byte[] bytes = filled(PIECE / 512, 7);
            int pieces = SIZE / PIECE / writers;
            for (int i = 0; i < writers; i++) {
                int first = i * pieces;
                workers.start(() -> {
                    for (int round = 0; round < 16 * pieces; round++) {
                        long offset = (long) (first + round % pieces) * PIECE;
                        disk.write(offset, bytes);
                        disk.discard(offset, PIECE);
                    }
                });
            }
            workers.awaitAll();
            long length = Files.size(image);
            assertTrue(length < 2L * SIZE, "the file has " + length + " bytes");
            disk.close();
            Reference.assertClean(image, "written and discarded");
        }
    }

    /** The disk is full all the time: what is written over a discarded cluster needs room. */
    @Test
    void file_whenAFullDiskIsRewritten_thenStaysBelowTwiceTheDisk() throws IOException {
        Path image = folder.resolve("full.qcow2");
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            rig.create(
                    driver,
                    OptionTree.dotted(Map.of("size", Integer.toString(SIZE), "cluster_size", "4k")),
                    file);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
            byte[] bytes = filled(PIECE / 512, 7);
            for (int round = 0; round < 16 * SIZE / PIECE; round++) {
                long offset = (long) round * PIECE % SIZE;
                disk.discard(offset, PIECE);
                disk.write(offset, bytes);
            }
            long length = Files.size(image);
            assertTrue(length < 2L * SIZE, "the file has " + length + " bytes");
            disk.close();
            Reference.assertClean(image, "full");
        }
    }
}
