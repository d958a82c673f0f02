package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RecordingNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which clusters that are given up become holes in the host's file, by {@code pass-discard-}. */
class DiscardTest {
    private static final int CLUSTER = 4096;
    private static final NodeSettings UNMAP =
            new NodeSettings(
                    false, false, false, false, false, true, NodeSettings.DetectZeroes.OFF);

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;

    private static OptionTree options(String text) {
        Map<String, String> all = new HashMap<>();
        for (String option : text.split(",", -1)) {
            if (!option.isEmpty()) {
                String[] pair = option.split("=", 2);
                all.put(pair[0], pair[1]);
            }
        }
        return OptionTree.dotted(all);
    }

    /** A request to an image whose file is watched. */
    @FunctionalInterface
    private interface Work {
        void run(RigNode disk) throws IOException;
    }

    /** Returns how many bytes the file lost. */
    private long freed(MemoryNode storage, String options, NodeSettings settings, Work work)
            throws IOException {
        RecordingNode file = new RecordingNode(storage);
        try (Rig rig = new Rig()) {
            RigNode disk =
                    rig.opening(driver)
                            .options(options(options))
                            .settings(settings)
                            .child("file", file)
                            .open();
            work.run(disk);
            disk.flush();
            rig.awaitGrace();
            disk.close();
        }
        return file.calls().stream()
                .filter(call -> call.operation() == Operation.DISCARD)
                .mapToLong(call -> call.length())
                .sum();
    }

    private MemoryNode create(String options) throws IOException {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, options(options), storage);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", storage));
            disk.write(0, filled(64 * CLUSTER / 512, 1));
            disk.close();
        }
        return storage;
    }

    @ParameterizedTest
    @CsvSource({
        "'',                                              false, 0",
        "'',                                              true,  16",
        "pass-discard-request=on,                         false, 16",
        "pass-discard-request=off,                        true,  0",
        "'pass-discard-request=off,pass-discard-other=on', true,  0"
    })
    void request_whenItGivesClustersUp_thenTheHostIsToldAsTheOptionSays(
            String options, boolean unmap, int clusters) throws IOException {
        NodeSettings settings = unmap ? UNMAP : NodeSettings.DEFAULT;
        List<Work> requests =
                List.of(
                        disk -> disk.discard(0, 16 * CLUSTER),
                        disk -> disk.zero(0, 16 * CLUSTER, IoFlags.MAY_UNMAP));
        for (Work request : requests) {
            MemoryNode storage = create("size=1M,cluster_size=4096");
            assertEquals(
                    (long) clusters * CLUSTER, freed(storage, options, settings, request), options);
        }
    }

    @Test
    void reopen_whenItChangesTheOption_thenTheNextRequestFollowsIt() throws IOException {
        MemoryNode storage = create("size=1M,cluster_size=4096");
        long freed =
                freed(
                        storage,
                        "pass-discard-request=on",
                        NodeSettings.DEFAULT,
                        disk -> {
                            disk.reopen(options("pass-discard-request=off"), NodeSettings.DEFAULT);
                            disk.discard(0, 16 * CLUSTER);
                        });
        assertEquals(0, freed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void metadata_whenTheyMove_thenTheHostIsToldAsPassDiscardOtherSays(boolean other)
            throws IOException {
        String option = "pass-discard-request=on,pass-discard-other=" + (other ? "on" : "off");
        MemoryNode grows = create("size=1M,cluster_size=4096");
        long l1 = freed(grows, option, UNMAP, disk -> disk.truncate(8L << 30));
        assertEquals(other ? CLUSTER : 0, l1, "the old L1 table");
        MemoryNode fills = create("size=64M,cluster_size=512,refcount_bits=64");
        long table =
                freed(fills, option, UNMAP, disk -> disk.write(0, filled((16 << 20) / 512, 3)));
        assertTrue(other ? table >= 512 : table == 0, "the old refcount tables: " + table);
    }

    @Test
    void disk_whenItShrinks_thenTheHostIsAlwaysTold() throws IOException {
        MemoryNode storage = create("size=1M,cluster_size=4096");
        String off = "pass-discard-request=off,pass-discard-other=off";
        long freed = freed(storage, off, NodeSettings.DEFAULT, disk -> disk.truncate(CLUSTER));
        assertEquals(63L * CLUSTER, freed);
    }

    /** What is rewritten elsewhere is used by the next writes, so the reference keeps it, too. */
    @Test
    void compressedCluster_whenRewritten_thenTheHostIsNotTold() throws IOException {
        Path raw = folder.resolve("plain.raw");
        Files.write(raw, filled((1 << 20) / 512, 1));
        Path packed = folder.resolve("packed.qcow2");
        Reference.img("convert", "-c", "-O", "qcow2", raw.toString(), packed.toString());
        MemoryNode storage = MemoryNode.of(Files.readAllBytes(packed));
        String on = "pass-discard-request=on,pass-discard-other=on";
        assertEquals(0, freed(storage, on, UNMAP, disk -> disk.write(0, filled(2048, 3))));
    }

    /** Version 2 cannot say zero, so what lies below would show. */
    @Test
    void discard_whenVersion2LiesOverAnother_thenLeavesWhatIsThere() throws IOException {
        MemoryNode storage = create("size=1M,cluster_size=4096,compat=0.10");
        MemoryNode below = MemoryNode.of(filled(2048, 9));
        try (Rig rig = new Rig()) {
            RigNode disk =
                    rig.opening(driver).child("file", storage).child("backing", below).open();
            disk.write(0, filled(16 * CLUSTER / 512, 3));
            disk.discard(0, 8 * CLUSTER);
            assertArrayEquals(filled(16 * CLUSTER / 512, 3), disk.read(0, 16 * CLUSTER));
        }
    }
}
