package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images with bytes changed at random fail with a clear error or work; they do nothing else. */
class FuzzTest {
    private static final int SIZE = 1 << 20;
    private static final int IMAGES = 600;
    private static final NodeSettings READ_ONLY =
            new NodeSettings(
                    true, false, false, false, false, false, NodeSettings.DetectZeroes.OFF);

    private final Qcow2Driver driver = new Qcow2Driver();

    @ParameterizedTest
    @ValueSource(strings = {"512 false", "4096 false", "16384 true"})
    void image_whenDamaged_thenFailsWithABlockExceptionAtMost(String shape, TestReporter reporter)
            throws IOException {
        long seed = Seed.choose(reporter);
        String[] parts = shape.split(" ", 2);
        MemoryNode good = good(parts[0], parts[1]);
        int opened = 0;
        for (int i = 0; i < IMAGES; i++) {
            Random random = new Random(seed * IMAGES + i);
            MemoryNode bad = good.copy();
            int changes = 1 + random.nextInt(4);
            for (int j = 0; j < changes; j++) {
                // Half of the changes hit the header, the others any table.
                long range = random.nextBoolean() ? 120 : Math.min(good.length(), 200_000);
                byte[] bytes = new byte[1 + random.nextInt(8)];
                random.nextBytes(bytes);
                bad.put(random.nextLong(4, range), bytes);
            }
            try {
                opened += use(bad, random, i) ? 1 : 0;
            } catch (RuntimeException | Error failed) {
                throw new AssertionError("image " + i + " of seed " + seed, failed);
            }
        }
        assertTrue(opened > IMAGES / 20, "hardly any damaged image opens: " + opened);
    }

    private MemoryNode good(String clusterSize, String extended) throws IOException {
        MemoryNode disk = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            OptionTree options =
                    OptionTree.dotted(
                            Map.of(
                                    "size", Integer.toString(SIZE),
                                    "cluster_size", clusterSize,
                                    "extended_l2", extended));
            rig.create(driver, options, disk);
            RigNode image = rig.open(driver, OptionTree.empty(), Map.of("file", disk));
            for (int i = 0; i < 40; i++) {
                image.write(i * 24_000L / 512 * 512, filled(3, i + 1));
            }
        }
        return disk;
    }

    private boolean use(MemoryNode bad, Random random, int number) throws IOException {
        try (Rig rig = new Rig()) {
            RigNode image = null;
            try {
                boolean readOnly = number % 3 == 0;
                image =
                        rig.opening(driver)
                                .child("file", bad)
                                .settings(readOnly ? READ_ONLY : NodeSettings.DEFAULT)
                                .open();
                long length = image.length();
                for (int i = 0; i < 10; i++) {
                    long offset = random.nextLong(Math.max(1, Math.min(length, SIZE) - 4096));
                    request(image, offset, readOnly, random);
                }
                try (var request = rig.request()) {
                    image.facet(Checkable.class)
                            .orElseThrow()
                            .check(
                                    request,
                                    readOnly ? Checkable.Repair.NONE : Checkable.Repair.ALL,
                                    _ -> {});
                }
                image.close();
                return true;
            } catch (BlockException expected) {
                if (image != null) {
                    image.abandon();
                }
                return false;
            }
        }
    }

    private static void request(RigNode image, long offset, boolean readOnly, Random random)
            throws IOException {
        try {
            if (image.length() < offset + 4096) {
                return;
            }
            if (readOnly || random.nextBoolean()) {
                image.read(offset, 4096);
            } else if (random.nextInt(4) == 0) {
                image.discard(offset, 4096);
            } else {
                image.write(offset, filled(8, 77));
            }
        } catch (BlockException expected) {
            // One clear error, and the image goes on.
        }
    }
}
