package org.ashlar.drivers.qcow2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.image.SnapshotInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Rig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lists of snapshots and bitmaps, also of images that lie. */
class ContentsTest {
    private static final long HEADER_EXTENSIONS = 104;
    private static final int SNAPSHOT_COUNT = 60;
    private static final int SNAPSHOT_OFFSET = 64;
    private static final int AUTOCLEAR = 88;

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;
    private Path image;

    @BeforeEach
    void makeImage() throws IOException {
        image = folder.resolve("image.qcow2");
        Reference.img("create", "-q", "-f", "qcow2", image.toString(), "1M");
        Reference.img("snapshot", "-c", "now", image.toString());
        Reference.img("bitmap", "--add", "-g", "4k", image.toString(), "changes");
    }

    private interface Asking<T> {
        T of(ImageInfo info, Request request) throws IOException;
    }

    private <T> T ask(Asking<T> question) throws IOException {
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image);
                var request = rig.request()) {
            ImageInfo info =
                    rig.open(driver, OptionTree.empty(), Map.of("file", file))
                            .facet(ImageInfo.class)
                            .orElseThrow();
            return question.of(info, request);
        }
    }

    private void patch(long offset, long value, int bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(offset);
            for (int i = bytes - 1; i >= 0; i--) {
                file.write((int) (value >>> (8 * i)));
            }
        }
    }

    private long word(long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
            file.seek(offset);
            return file.readLong();
        }
    }

    private Object bitmaps() throws IOException {
        return ask(ImageInfo::formatSpecific).get("bitmaps");
    }

    @Test
    void contents_ofAnImageOfTheReference_areListed() throws IOException {
        List<SnapshotInfo> snapshots = ask(ImageInfo::snapshots);

        assertEquals(1, snapshots.size());
        assertEquals("1", snapshots.getFirst().id());
        assertEquals("now", snapshots.getFirst().name());
        assertEquals(
                List.of(Map.of("flags", List.of("auto"), "name", "changes", "granularity", 4096L)),
                bitmaps());
    }

    @Test
    void bitmaps_afterAWriterThatKnewNone_areNotListed() throws IOException {
        patch(AUTOCLEAR, 0, 8);

        assertEquals(null, bitmaps());
    }

    @Test
    void snapshots_whenTheTableIsOutsideTheFile_areEmptyNotEndless() throws IOException {
        patch(SNAPSHOT_COUNT, 65536, 4);
        patch(SNAPSHOT_OFFSET, 1L << 40, 8);

        assertEquals(65536, ask(ImageInfo::snapshots).size());
    }

    @Test
    void snapshot_withTooMuchExtraData_isRefused() throws IOException {
        patch(word(SNAPSHOT_OFFSET) + 36, 0xffff_ffffL, 4);

        BlockException refused =
                assertThrows(BlockException.class, () -> ask(ImageInfo::snapshots));
        assertEquals("Too much extra metadata in snapshot table entry 0", refused.getMessage());
    }

    /** In the extension: count at 0, size at 8, offset at 16; in the entry: type 16, bits 17. */
    @ParameterizedTest
    @CsvSource({
        "0, 65536, 4, Invalid bitmaps extension",
        "0, 2, 4, Bitmap directory is too short",
        "8, 0x7fffffffffffffff, 8, Invalid bitmaps extension",
        "8, 16, 8, Bitmap directory is too short",
        "16, 0x8000000000000000, 8, Invalid bitmaps extension",
    })
    void bitmaps_ofAWrongExtension_areRefused(int field, String value, int bytes, String message)
            throws IOException {
        patch(extension() + field, Long.decode(value.replace("0x8", "-0x8")), bytes);

        BlockException refused = assertThrows(BlockException.class, this::bitmaps);
        assertEquals(message, refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"16, 2, 1", "17, 32, 1", "17, 8, 1", "18, 0, 2", "18, 1024, 2", "20, -1, 4"})
    void bitmaps_ofAWrongEntry_areRefused(int field, long value, int bytes) throws IOException {
        patch(word(extension() + 16) + field, value, bytes);

        BlockException refused = assertThrows(BlockException.class, this::bitmaps);
        assertEquals("Invalid bitmap directory entry 0", refused.getMessage());
    }

    /** Returns where the data of the bitmaps extension lie. */
    private long extension() throws IOException {
        long at = Math.max(HEADER_EXTENSIONS, word(96) & 0xffff_ffffL);
        while (word(at) >>> 32 != 0x2385_2875L) {
            at += 8 + ((word(at) & 0xffff_ffffL) + 7 & -8L);
        }
        return at + 8;
    }
}
