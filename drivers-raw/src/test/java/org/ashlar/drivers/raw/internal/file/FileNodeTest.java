package org.ashlar.drivers.raw.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.ashlar.drivers.raw.internal.Tool;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of files: opening, bytes, lengths, reopening, and what the hot path costs. */
class FileNodeTest {
    private static final Permissions WRITER =
            new Permissions(
                    Set.of(Permission.CONSISTENT_READ, Permission.WRITE),
                    Set.of(Permission.values()));

    @TempDir Path folder;
    private final FileRig rig = new FileRig();

    @AfterEach
    void closeRig() throws IOException {
        rig.close();
    }

    private Path file(String name, int length) throws IOException {
        byte[] bytes = new byte[length];
        new Random(3).nextBytes(bytes);
        return Files.write(folder.resolve(name), bytes);
    }

    private BlockException refused(NodeSettings settings, Path file, String... more) {
        return assertThrows(
                BlockException.class, () -> rig.opening(file, more).settings(settings).open());
    }

    @Nested
    class Opening {
        @Test
        void open_whenTheFileIsMissing_saysSoInTheReferencesWords() {
            Path missing = folder.resolve("x.img");
            BlockException refused = refused(NodeSettings.DEFAULT, missing);
            assertEquals(
                    "Could not open '" + missing + "': No such file or directory",
                    refused.getMessage());
            assertEquals(Kind.NOT_FOUND, refused.kind());
        }

        @Test
        void open_whenItIsNoFile_saysSoInTheReferencesWords() throws IOException {
            assertEquals(
                    "Could not open '" + folder + "': Is a directory",
                    refused(NodeSettings.DEFAULT, folder).getMessage());
            assertEquals(
                    "'file' driver requires '" + folder + "' to be a regular file",
                    refused(FileRig.READ_ONLY, folder).getMessage());
            assertEquals(
                    "'file' driver requires '/dev/null' to be a regular file",
                    refused(NodeSettings.DEFAULT, Path.of("/dev/null")).getMessage());
            Tool.run(folder, "mkfifo", "fifo").orFail();
            Path fifo = folder.resolve("fifo");
            assertEquals(
                    "'file' driver requires '" + fifo + "' to be a regular file",
                    refused(FileRig.READ_ONLY, fifo).getMessage());
        }

        @Test
        void open_withOptionsThatDoNotFit_isRefused() throws IOException {
            Path image = file("x.img", 512);
            assertEquals(
                    "aio=native was specified, but it requires cache.direct=on, which was not"
                            + " specified.",
                    refused(NodeSettings.DEFAULT, image, "aio", "native").getMessage());
            assertEquals(
                    "No persistent reservation manager with id 'pr0'",
                    refused(NodeSettings.DEFAULT, image, "pr-manager", "pr0").getMessage());
            assertEquals(
                    "A file name cannot contain a NUL character",
                    assertThrows(
                                    BlockException.class,
                                    () ->
                                            rig.rig.open(
                                                    rig.driver,
                                                    OptionTree.typed(
                                                            Map.of("filename", image + "\0.img")),
                                                    Map.of()))
                            .getMessage());
            assertEquals(
                    "Parameter 'aio' does not accept value 'posix'",
                    refused(NodeSettings.DEFAULT, image, "aio", "posix").getMessage());
            assertEquals(
                    "The 'file' block driver requires a file name",
                    refused(NodeSettings.DEFAULT, Path.of("")).getMessage());
        }

        @Test
        void open_withEveryHarmlessOption_opens() throws IOException {
            Path image = file("x.img", 512);
            rig.open(
                    image,
                    "aio",
                    "io_uring",
                    "aio-max-batch",
                    "4",
                    "drop-cache",
                    "off",
                    "x-check-cache-dropped",
                    "on",
                    "locking",
                    "on");
        }

        @Test
        void parseFileName_withPrefix_takesTheRestAsItIs() {
            assertEquals(
                    "a:b%20c", rig.driver.parseFileName("file:a:b%20c").text("filename").get());
        }

        @Test
        void open_fromAVirtualThread_isServedByThePool() throws Exception {
            Path image = file("x.img", 8192);
            AtomicReference<byte[]> seen = new AtomicReference<>();
            Thread.ofVirtual()
                    .start(() -> {
                        try (RigNode node = rig.open(image, FileRig.DIRECT)) {
                            node.write(512, new byte[512]);
                            node.flush();
                            seen.set(node.read(0, 8192));
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .join();
            assertArrayEquals(Files.readAllBytes(image), seen.get());
        }
    }

    @Nested
    class Lengths {
        @Test
        void length_whenTheFileEndsWithinASector_isPaddedAsTheReferenceDoes() throws IOException {
            Path image = file("x.img", 1000);
            assertEquals(
                    "1 KiB\n",
                    Tool.run(folder, "qemu-io", "-f", "raw", "-c", "length", "x.img").orFail());
            RigNode node = rig.open(image);
            assertEquals(1024, node.length());
            byte[] expected = Arrays.copyOf(Files.readAllBytes(image), 1024);
            assertArrayEquals(expected, node.read(0, 1024));
            assertEquals(List.of(new Extent.Data(1000), new Extent.Zero(24, false)), node.map());
        }

        @Test
        void write_pastTheEnd_growsTheFile() throws IOException {
            Path image = file("x.img", 4096);
            RigNode node = rig.open(image);
            try (RigRequest request = rig.rig.request()) {
                node.face()
                        .write(request, 8192, MemorySegment.ofArray(new byte[512]), IoFlags.NONE);
                assertEquals(8704, node.face().length(request));
                node.face().zero(request, 16384, 4096, IoFlags.MAY_UNMAP);
                assertEquals(20480, node.face().length(request));
            }
            assertEquals(20480, Files.size(image));
        }

        @Test
        void truncate_pastThePageCache_takesAnyLength() throws IOException {
            Path image = file("x.img", 0);
            RigNode node = rig.open(image, FileRig.DIRECT);
            try (RigRequest request = rig.rig.request()) {
                node.face().truncate(request, 1000, Preallocation.OFF);
                assertEquals(1000, Files.size(image));
                node.face().truncate(request, 70001, Preallocation.FULL);
            }
            assertArrayEquals(new byte[70001], Files.readAllBytes(image));
            assertEquals(70144, node.length());
        }

        @Test
        void length_whenTheFileGrowsOutside_isSeenAfterReopenAndActivation() throws IOException {
            Path image = file("x.img", 4096);
            RigNode node = rig.open(image);
            file("x.img", 8192);
            assertEquals(4096, node.length());
            node.reopen(FileRig.options(image), NodeSettings.DEFAULT);
            assertEquals(8192, node.length());
            file("x.img", 12288);
            node.inactivate();
            node.activate();
            assertEquals(12288, node.length());
        }

        @Test
        void allocatedBytes_ofASparseFile_countsWhatIsThere() throws IOException {
            Path image = file("x.img", 0);
            RigNode node = rig.open(image);
            node.truncate(1 << 30);
            ImageInfo info = node.facet(ImageInfo.class).orElseThrow();
            try (RigRequest request = rig.rig.request()) {
                long blocks = 512 * (long) blocksOf(image);
                assertEquals(blocks, info.allocatedBytes(request));
                assertTrue(blocks < 1 << 20);
            }
        }

        private int blocksOf(Path image) throws IOException {
            return Integer.parseInt(
                    Tool.run(folder, "stat", "-c", "%b", image.toString()).orFail().strip());
        }
    }

    @Nested
    class Reopening {
        @Test
        void reopen_toReadOnly_losesTheAbilityToWrite() throws IOException {
            Path image = file("x.img", 8192);
            RigNode node = rig.open(image);
            assertTrue(node.capabilities().has(Feature.WRITE));
            node.reopen(FileRig.options(image), FileRig.READ_ONLY);
            assertFalse(node.capabilities().has(Feature.WRITE));
            assertArrayEquals(Files.readAllBytes(image), node.read(0, 8192));
        }

        @Test
        void reopen_afterTheFileWasRenamed_staysWithTheFile() throws IOException {
            Path image = file("x.img", 4096);
            RigNode node = rig.open(image);
            byte[] content = Files.readAllBytes(image);
            Files.move(image, folder.resolve("y.img"));
            Files.write(image, new byte[4096]);
            node.reopen(FileRig.options(image), FileRig.DIRECT);
            assertArrayEquals(content, node.read(0, 4096));
        }

        @Test
        void reopen_givenUp_leavesTheOldFaceServing() throws IOException {
            Path image = file("x.img", 4096);
            RigNode node = rig.open(image);
            node.node().holdPermissions(WRITER);
            var face = node.prepareReopen(FileRig.options(image), FileRig.DIRECT);
            assertTrue(face.together());
            face.node().close();
            node.write(0, new byte[512]);
            assertArrayEquals(new byte[512], node.read(0, 512));
        }

        @Test
        void open_withWhatAnotherVersionHandsOver_servesTheSameFileAndLocks() throws IOException {
            Path image = file("x.img", 4096);
            byte[] content = Files.readAllBytes(image);
            RigNode old = rig.open(image);
            old.node().holdPermissions(WRITER);
            Files.move(image, folder.resolve("y.img"));
            old.inactivate();
            RigNode next = rig.opening(image).handedOver(old.handOver()).inactive().open();
            next.node().holdPermissions(WRITER);
            next.activate();
            old.abandon();
            assertArrayEquals(content, next.read(0, 4096));
            next.write(0, new byte[512]);
            assertArrayEquals(
                    new byte[512], Arrays.copyOf(Files.readAllBytes(folder.resolve("y.img")), 512));
            assertTrue(
                    Tool.run(folder, "qemu-img", "resize", "-f", "raw", "--shrink", "y.img", "2k")
                            .out()
                            .contains("resized"),
                    "a writer that shares everything keeps nobody out");
        }
    }

    @Nested
    class AutoReadOnly {
        @Test
        void hold_withAutoReadOnly_opensForWritingOnlyWhileSomebodyWrites() throws IOException {
            Path image = file("x.img", 4096);
            RigNode node = rig.open(image, FileRig.AUTO_READ_ONLY);
            assertEquals(Set.of("r"), modes(image));
            node.node().holdPermissions(WRITER);
            rig.rig.awaitGrace();
            assertTrue(modes(image).contains("u"), "not open for writing");
            node.write(0, new byte[512]);
            node.node().holdPermissions(Permissions.READ);
            rig.rig.awaitGrace();
            assertEquals(Set.of("r"), modes(image));
            assertArrayEquals(new byte[512], node.read(0, 512));
        }

        /** Returns how this process has a file open: r for reading, u for both. */
        private static Set<String> modes(Path image) throws IOException {
            Set<String> modes = new java.util.HashSet<>();
            try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
                for (Path descriptor : descriptors.toList()) {
                    if (Files.exists(descriptor) && Files.isSameFile(descriptor, image)) {
                        String info =
                                Files.readString(
                                        Path.of("/proc/self/fdinfo")
                                                .resolve(descriptor.getFileName()));
                        modes.add(info.matches("(?s).*flags:\\s+\\d*2\\n.*") ? "u" : "r");
                    }
                }
            }
            return modes;
        }
    }

    @Nested
    class HotPath {
        private static final int ROUNDS = 20_000;

        /** How often it is measured: the first times until the code is compiled. */
        private static final int WINDOWS = 30;

        @Test
        void readAndWrite_ofCachedData_makeNoGarbage() throws IOException {
            RigNode node = rig.open(file("x.img", 1 << 20));
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            try (Arena arena = Arena.ofConfined();
                    RigRequest patient = rig.rig.request();
                    RigRequest hurried = rig.rig.hurriedRequest()) {
                MemorySegment block = arena.allocate(4096, 4096);
                for (RigRequest request : List.of(patient, hurried)) {
                    long least = Long.MAX_VALUE;
                    for (int window = 0; window < WINDOWS && least > ROUNDS; window++) {
                        long before = threads.getCurrentThreadAllocatedBytes();
                        exchange(node, request, block);
                        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
                        least = Math.min(least, bytes);
                    }
                    assertTrue(least < ROUNDS, "garbage: " + least + " in " + ROUNDS + " rounds");
                }
            }
        }

        private static void exchange(RigNode node, RigRequest request, MemorySegment block)
                throws IOException {
            var face = node.face();
            for (int i = 0; i < ROUNDS; i++) {
                face.read(request, 4096L * (i & 127), block);
                try {
                    face.write(request, 4096L * (i & 127), block, IoFlags.NONE);
                } catch (BlockException rest) { // after a write that the machine made slow
                    assertEquals(Kind.WOULD_BLOCK, rest.kind());
                }
            }
        }
    }
}
