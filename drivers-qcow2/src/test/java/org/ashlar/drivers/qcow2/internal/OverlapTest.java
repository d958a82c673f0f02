package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Report;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code overlap-check} keeps writes off: images whose first guest cluster lies on metadata,
 * written by the reference and by the driver.
 */
class OverlapTest {
    private static final int CLUSTER = 65536;
    private static final String REFUSED = "Preventing invalid write on metadata (overlaps with ";

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;

    private Path image;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    /** An image with data, a snapshot of them that shares no L2 table any more, and a bitmap. */
    @BeforeEach
    void make() throws IOException {
        image = folder.resolve("image.qcow2");
        String name = image.toString();
        Reference.img("create", "-q", "-f", "qcow2", name, "8M");
        Reference.io(image, List.of("write -P 1 0 128k"));
        Reference.img("snapshot", "-c", "one", name);
        Reference.img("bitmap", "--add", name, "bitmap");
        Reference.io(image, List.of("write -P 2 0 128k"));
        bytes = ByteBuffer.wrap(Files.readAllBytes(image));
    }

    private long offset(String area) {
        return switch (area) {
            case "active-l1" -> bytes.getLong(40);
            case "active-l2" -> table(bytes.getLong(40));
            case "refcount-table" -> bytes.getLong(48);
            case "refcount-block" -> table(bytes.getLong(48));
            case "snapshot-table" -> bytes.getLong(64);
            case "inactive-l1" -> bytes.getLong((int) bytes.getLong(64));
            case "inactive-l2" -> table(bytes.getLong((int) bytes.getLong(64)));
            case "bitmap-directory" -> bitmapDirectory();
            default -> throw new AssertionError(area);
        };
    }

    private long table(long first) {
        return bytes.getLong((int) first) & L2Entry.OFFSET_MASK;
    }

    private long bitmapDirectory() {
        int at = bytes.getInt(100);
        while (bytes.getInt(at) != 0x23852875) {
            at += 8 + ((bytes.getInt(at + 4) + 7) & -8);
        }
        return bytes.getLong(at + 8 + 16);
    }

    /** Lets the first guest cluster, or the first L2 table, lie on an area. */
    private MemoryNode pointTo(String area, boolean table) throws IOException {
        ByteBuffer hostile = ByteBuffer.wrap(bytes.array().clone());
        long l1 = bytes.getLong(40);
        hostile.putLong((int) (table ? l1 : table(l1)), offset(area) | L2Entry.COPIED);
        Files.write(image, hostile.array());
        return MemoryNode.of(hostile.array());
    }

    private static OptionTree options(String text) {
        Map<String, String> all = new HashMap<>();
        for (String option : text.split(",", -1)) {
            String[] pair = option.split("=", 2);
            all.put(pair[0], pair[1]);
        }
        return OptionTree.dotted(all);
    }

    @ParameterizedTest
    @CsvSource({
        "active-l1,        active L1 table,   false, true,  true,  true",
        "active-l2,        active L2 table,   false, false, true,  true",
        "refcount-table,   refcount table,    false, true,  true,  true",
        "refcount-block,   refcount block,    false, false, true,  true",
        "snapshot-table,   snapshot table,    false, true,  true,  true",
        "inactive-l1,      inactive L1 table, false, false, true,  true",
        "inactive-l2,      inactive L2 table, false, false, false, true",
        "bitmap-directory, bitmap directory,  false, true,  true,  true"
    })
    void dataOverMetadata_whenWritten_thenIsRefusedWhereTheReferenceRefuses(
            String area, String title, boolean none, boolean constant, boolean cached, boolean all)
            throws IOException {
        assertBoth("overlap-check=none", area, title, none);
        assertBoth("overlap-check=constant", area, title, constant);
        assertBoth("overlap-check=cached", area, title, cached);
        assertBoth("overlap-check=all", area, title, all);
        assertBoth("overlap-check.template=none,overlap-check." + area + "=on", area, title, true);
        assertBoth("overlap-check.template=all,overlap-check." + area + "=off", area, title, false);
    }

    private void assertBoth(String options, String area, String title, boolean refused)
            throws IOException {
        MemoryNode disk = pointTo(area, false);
        String output = writeByReference(options, "write -P 9 4k 8k");
        assertEquals(refused, output.contains(REFUSED + title), options + ": " + output);
        byte[] before = disk.get(offset(area), CLUSTER);
        try (Rig rig = new Rig()) {
            RigNode node = rig.opening(driver).options(options(options)).child("file", disk).open();
            if (refused) {
                BlockException failed =
                        assertThrows(BlockException.class, () -> node.write(4096, filled(16, 9)));
                assertEquals(REFUSED + title + ")", failed.getMessage());
                assertArrayEquals(before, disk.get(offset(area), CLUSTER));
                Report report = node.reports().getFirst();
                assertEquals(Report.CORRUPTED, report.event());
                assertEquals(offset(area) + 4096, report.data().get("offset"));
                assertEquals(8192L, report.data().get("length"));
                assertEquals(true, report.data().get("fatal"));
                assertThrows(BlockException.class, () -> node.write(1 << 20, filled(1, 9)));
                node.close();
                assertEquals(2, disk.get(79, 1)[0] & 2, "marked as corrupt");
            } else {
                node.write(4096, filled(16, 9));
                assertArrayEquals(filled(16, 9), disk.get(offset(area) + 4096, 8192));
                node.abandon();
            }
        }
    }

    private String writeByReference(String options, String write) throws IOException {
        return Reference.run("qemu-io", "-c", "open -o " + options + " " + image, "-c", write)
                .output();
    }

    @ParameterizedTest
    @ValueSource(strings = {"active-l1", "refcount-table", "refcount-block", "snapshot-table"})
    void l2TableOverMetadata_whenItWouldChange_thenIsRefused(String area) throws IOException {
        MemoryNode disk = pointTo(area, true);
        String output = writeByReference("overlap-check=cached", "write -P 9 1M 64k");
        assertTrue(output.contains(REFUSED), output);
        byte[] before = disk.get(offset(area), CLUSTER);
        try (Rig rig = new Rig()) {
            RigNode node = rig.open(driver, OptionTree.empty(), Map.of("file", disk));
            BlockException failed =
                    assertThrows(BlockException.class, () -> node.write(1 << 20, filled(128, 9)));
            assertTrue(String.valueOf(failed.getMessage()).startsWith(REFUSED), failed::toString);
            node.close();
            assertArrayEquals(before, disk.get(offset(area), CLUSTER));
        }
    }

    /** With subclusters, what is not written yet of a cluster is written by another way. */
    @Test
    void subclusterOverMetadata_whenWritten_thenIsRefused() throws IOException {
        Files.delete(image);
        Reference.img(
                "create", "-q", "-f", "qcow2", "-o", "extended_l2=on", image.toString(), "8M");
        Reference.io(image, List.of("write -P 1 0 2k"));
        bytes = ByteBuffer.wrap(Files.readAllBytes(image));
        MemoryNode disk = pointTo("refcount-block", false);
        assertTrue(writeByReference("overlap-check=cached", "write -P 9 4k 2k").contains(REFUSED));
        try (Rig rig = new Rig()) {
            RigNode node = rig.open(driver, OptionTree.empty(), Map.of("file", disk));
            BlockException failed =
                    assertThrows(BlockException.class, () -> node.write(4096, filled(4, 9)));
            assertEquals(REFUSED + "refcount block)", failed.getMessage());
            node.close();
        }
    }

    @Test
    void check_whenChangedByAReopen_thenCountsFromThere() throws IOException {
        MemoryNode disk = pointTo("inactive-l2", false);
        try (Rig rig = new Rig()) {
            RigNode node = rig.open(driver, OptionTree.empty(), Map.of("file", disk));
            node.write(4096, filled(1, 9));
            node.reopen(options("overlap-check=all"), NodeSettings.DEFAULT);
            rig.awaitGrace();
            assertThrows(BlockException.class, () -> node.write(4096, filled(1, 8)));
            node.abandon();
        }
    }
}
