package org.ashlar.drivers.qcow2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.image.BackingLink;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Headers that cannot be: refused in the reference's words. A case lists what is changed in the
 * header of a good image, each as {@code offset:bytes:value}.
 */
class RefusalTest {
    private static final int SIZE = 10 << 20;

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;
    private Path image;

    @BeforeEach
    void create() throws IOException {
        image = folder.resolve("image.qcow2");
        Reference.img("create", "-q", "-f", "qcow2", image.toString(), "10M");
    }

    private void change(String changes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            for (String change : changes.split(" ", -1)) {
                String[] part = change.split(":", -1);
                long value = Long.decode(part[2]);
                file.seek(Long.parseLong(part[0]));
                for (int i = Integer.parseInt(part[1]) - 1; i >= 0; i--) {
                    file.write((int) (value >>> (8 * i)));
                }
            }
        }
    }

    private static String afterName(String message) {
        return message.strip().replaceFirst("(?s)^qemu-img: Could not open '[^']*': ", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4:4:4", // version
                "20:4:8", // bits of a cluster
                "20:4:22",
                "20:4:0x80000000",
                "100:4:103", // length of the header
                "100:4:65537",
                "100:4:0xffffffff",
                "96:4:7", // bits of a count
                "96:4:0xffffffff",
                "32:4:3", // encryption
                "32:4:0xffffffff",
                "72:8:0x8000000021", // features
                "72:8:8",
                "104:1:1",
                "72:8:8 104:1:255",
                "24:8:0x4000000000000000", // length of the disk
                "24:8:0x40000000",
                "36:4:0x400001", // L1 table
                "36:4:0xffffffff",
                "40:8:0x30200",
                "48:8:0x10200", // refcount table
                "56:4:0",
                "56:4:129",
                "60:4:65537", // snapshots
                "60:4:1 64:8:0x12345",
                "8:8:65537 16:4:4", // backing file
                "8:8:0x1000 16:4:1024",
                "8:8:0x1000 16:4:0xffffffff",
                "112:4:0x12345678 116:4:0x10000", // extensions
                "112:4:0x12345678 116:4:0xffffffff",
                "112:4:0xe2792aca 116:4:16 136:8:0",
                "112:4:0x0537be77 116:4:16 136:8:0",
                "32:4:2 112:4:0x0537be77 116:4:15 136:8:0",
                "32:4:2 112:4:0x0537be77 116:4:17 144:8:0",
                "32:4:2 112:4:0x0537be77 116:4:16 120:8:0x50001 136:8:0"
            })
    void header_whenItCannotBe_thenIsRefusedInTheReferencesWords(String changes)
            throws IOException {
        change(changes);
        Reference.Outcome theirs =
                Reference.run("qemu-img", "info", "-f", "qcow2", image.toString());
        assertEquals(1, theirs.code(), theirs::output);
        BlockException ours = assertThrows(BlockException.class, this::open);
        assertEquals(afterName(theirs.output()), ours.getMessage());
    }

    /** What the reference sees only when it opens an image to be used, or does not survive. */
    @ParameterizedTest
    @ValueSource(strings = {"88:8:2", "32:4:2"})
    void image_whenItCannotBeUsed_thenIsRefusedInTheReferencesWords(String changes)
            throws IOException {
        change(changes);
        Reference.Outcome theirs =
                Reference.run("qemu-img", "check", "-f", "qcow2", image.toString());
        assertEquals(1, theirs.code(), theirs::output);
        BlockException ours = assertThrows(BlockException.class, this::open);
        assertEquals(afterName(theirs.output()), ours.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "8:8:0x1000 16:4:0, ''", // no name
        "8:8:8 16:4:4, ''", // four zeroes
        "8:8:0x1000 16:4:5 4096:8:0x6162006364000000, ab",
        "8:8:0x1000 16:4:2 4096:8:0x6162636465666768, ab"
    })
    void backingName_whenItHoldsAZero_thenEndsThere(String changes, String name)
            throws IOException {
        change(changes);
        String theirs = Reference.img("info", "-f", "qcow2", image.toString());
        String line = name.isEmpty() ? "backing file" : "backing file: " + name + " (actual path";
        assertEquals(!name.isEmpty(), theirs.contains(line), theirs);
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image);
                TestFile below = new TestFile(folder.resolve("below"))) {
            RigNode disk =
                    rig.opening(driver)
                            .child("file", file)
                            .implicit((_, reference) -> below)
                            .open();
            assertEquals(
                    name.isEmpty() ? Optional.empty() : Optional.of(name),
                    disk.facet(BackingLink.class)
                            .orElseThrow()
                            .backing()
                            .map(found -> found.fileName()));
        }
    }

    @Test
    void length_whenNoWholeSectors_thenIsRoundedDown() throws IOException {
        change("24:8:" + (SIZE - 100));
        assertTrue(Reference.img("info", image.toString()).contains("(10485248 bytes)"));
        assertEquals(10485248, open());
    }

    private long open() throws IOException {
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            return rig.open(driver, OptionTree.empty(), Map.of("file", file)).length();
        }
    }
}
