package org.ashlar.drivers.raw.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ashlar.drivers.raw.internal.Tool;
import org.ashlar.drivers.raw.internal.file.FaultyCalls.Call;
import org.ashlar.drivers.raw.internal.linux.Errno;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Preallocation;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Creating and resizing files, compared with what {@code qemu-img} makes. */
class FileCreationTest {
    @TempDir Path folder;

    private void create(FileRig rig, Path file, String... options) throws IOException {
        rig.rig.create(rig.driver, FileRig.options(file, options), Map.of());
    }

    /** Returns length and space taken. */
    private String shape(Path file) throws IOException {
        return Tool.run(folder, "stat", "-c", "%s bytes, %b blocks", file.toString()).orFail();
    }

    @ParameterizedTest
    @CsvSource({
        "off, 1M",
        "off, 1k",
        "off, 512",
        "off, 0",
        "falloc, 1M",
        "falloc, 1k",
        "full, 300k",
        "full, 1k"
    })
    void create_withEachPreallocation_makesWhatTheReferenceMakes(String mode, String size)
            throws IOException {
        Path theirs = folder.resolve("theirs.img");
        String option = "preallocation=" + mode;
        Tool.run(folder, "qemu-img", "create", "-f", "raw", "-o", option, theirs.toString(), size)
                .orFail();
        Path ours = folder.resolve("ours.img");
        try (FileRig rig = new FileRig()) {
            create(rig, ours, "size", size, "preallocation", mode);
        }
        assertEquals(shape(theirs), shape(ours));
        assertArrayEquals(Files.readAllBytes(theirs), Files.readAllBytes(ours));
    }

    @ParameterizedTest
    @CsvSource({"off, 4M", "falloc, 4M", "full, 4M", "off, 5000", "falloc, 1536k"})
    void truncate_withEachPreallocation_makesWhatTheReferenceMakes(String mode, String size)
            throws IOException {
        Path theirs = Files.write(folder.resolve("theirs.img"), new byte[1 << 20]);
        Tool.Result result =
                Tool.run(
                        folder,
                        "qemu-img",
                        "resize",
                        "-f",
                        "raw",
                        "--shrink",
                        "--preallocation=" + mode,
                        theirs.toString(),
                        size);
        result.orFail();
        Path ours = Files.write(folder.resolve("ours.img"), new byte[1 << 20]);
        try (FileRig rig = new FileRig();
                RigNode node = rig.open(ours);
                RigRequest request = rig.rig.request()) {
            node.asChild()
                    .truncate(
                            request,
                            Files.size(theirs),
                            Preallocation.valueOf(mode.toUpperCase(java.util.Locale.ROOT)));
        }
        assertEquals(shape(theirs), shape(ours));
    }

    @Test
    void create_overAnOlderFile_leavesNothingOfIt() throws IOException {
        Path file =
                Files.write(
                        folder.resolve("x.img"),
                        "old content"
                                .repeat(1000)
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        try (FileRig rig = new FileRig()) {
            create(rig, file, "size", "8k", "nocow", "on", "extent-size-hint", "64k");
        }
        assertArrayEquals(new byte[8192], Files.readAllBytes(file));
    }

    @Test
    void create_whereItCannotBe_saysSoInTheReferencesWords() throws IOException {
        try (FileRig rig = new FileRig()) {
            Path nowhere = folder.resolve("none/x.img");
            BlockException refused =
                    assertThrows(BlockException.class, () -> create(rig, nowhere, "size", "1M"));
            assertEquals(
                    "Could not create '" + nowhere + "': No such file or directory",
                    refused.getMessage());
            refused = assertThrows(BlockException.class, () -> create(rig, folder, "size", "1M"));
            assertEquals("Could not create '" + folder + "': Is a directory", refused.getMessage());
        }
    }

    @Test
    void create_withWhatCannotBeDone_isRefusedInTheReferencesWords() throws IOException {
        Path file = folder.resolve("x.img");
        try (FileRig rig = new FileRig()) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> create(rig, file, "size", "1M", "preallocation", "metadata"));
            assertEquals("Unsupported preallocation mode: metadata", refused.getMessage());
            refused =
                    assertThrows(
                            BlockException.class,
                            () -> create(rig, file, "size", "1M", "extent-size-hint", "5G"));
            assertEquals("Extent size hint is too large", refused.getMessage());
            refused = assertThrows(BlockException.class, () -> create(rig, file, "size", "20T"));
            assertEquals("The image size is too large for file format 'raw'", refused.getMessage());
        }
    }

    @Test
    void create_whenTheDiskIsFull_saysWhatCouldNotBeDone() throws IOException {
        Path file = folder.resolve("x.img");
        FaultyCalls calls = new FaultyCalls().next(Call.ALLOCATE, -Errno.ENOSPC);
        try (FileRig rig = FileRig.over(calls)) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> create(rig, file, "size", "1M", "preallocation", "falloc"));
            assertEquals(
                    "Could not preallocate new data: No space left on device",
                    refused.getMessage());
            calls.next(Call.WRITE, 512, -Errno.ENOSPC);
            refused =
                    assertThrows(
                            BlockException.class,
                            () -> create(rig, file, "size", "1M", "preallocation", "full"));
            assertEquals(
                    "Could not write zeros for preallocation: No space left on device",
                    refused.getMessage());
            assertEquals(Kind.NO_SPACE, refused.kind());
        }
        assertEquals(0, Files.size(file));
    }

    @Test
    void create_overAnImageInUse_isRefusedAndLeavesItAlone() throws IOException {
        Path file = Files.write(folder.resolve("x.img"), new byte[4096]);
        try (FileRig rig = new FileRig()) {
            RigNode user = rig.open(file);
            user.node().holdPermissions(Permissions.WRITE_EXCLUSIVE);
            BlockException refused =
                    assertThrows(BlockException.class, () -> create(rig, file, "size", "1M"));
            assertEquals(
                    "Failed to get \"write\" lock\nIs another process using the image ["
                            + file
                            + "]?",
                    refused.getMessage());
        }
        assertEquals(4096, Files.size(file));
    }

    @Test
    void truncate_toLessWithPreallocation_isRefusedInTheReferencesWords() throws IOException {
        Path file = Files.write(folder.resolve("x.img"), new byte[8192]);
        try (FileRig rig = new FileRig();
                RigNode node = rig.open(file);
                RigRequest request = rig.rig.request()) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> node.asChild().truncate(request, 4096, Preallocation.FALLOC));
            assertEquals("Preallocation can only be used for growing images", refused.getMessage());
        }
        assertEquals(8192, Files.size(file));
    }
}
