package org.ashlar.drivers.raw.internal.raw;

import static org.ashlar.spi.Permissions.Permission.CONSISTENT_READ;
import static org.ashlar.spi.Permissions.Permission.WRITE;
import static org.ashlar.spi.Permissions.Permission.WRITE_UNCHANGED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.ashlar.drivers.raw.internal.Tool;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Probe;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.BlockNodeContract;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The raw format, whole and as a window. */
class RawNodeTest {
    private static final int FILE_LENGTH = 1 << 20;

    private static OptionTree options(String text) {
        Map<String, String> options = new HashMap<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(",")) {
            options.put(
                    pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return OptionTree.dotted(options);
    }

    /** What every node must do, done by raw over memory. */
    abstract static class Contract extends BlockNodeContract {
        abstract String window();

        @Override
        protected RigNode open(Rig rig) throws IOException {
            return rig.open(
                    new RawDriver(),
                    options(window()),
                    Map.of("file", new MemoryNode(FILE_LENGTH)));
        }
    }

    @Nested
    class Whole extends Contract {
        @Override
        String window() {
            return "";
        }
    }

    @Nested
    class FromAnOffset extends Contract {
        @Override
        String window() {
            return "offset=65536";
        }
    }

    @Nested
    class AWindow extends Contract {
        @Override
        String window() {
            return "offset=1000,size=131072";
        }
    }

    @Test
    void window_whenAFormatWritesPastIt_thenItIsFullAndWhatFollowsIsLeft() throws IOException {
        MemoryNode storage = new MemoryNode(FILE_LENGTH);
        byte[] ones = new byte[1024];
        Arrays.fill(ones, (byte) 1);
        try (Rig rig = new Rig();
                RigRequest request = rig.request()) {
            RigNode disk =
                    rig.open(
                            new RawDriver(),
                            options("offset=1024,size=4096"),
                            Map.of("file", storage));
            MemorySegment from = MemorySegment.ofArray(ones);
            BlockNode node = disk.face(); // A format's edge lets it past the end.
            for (long at : new long[] {3584, 4096, 1 << 16}) {
                BlockException full =
                        assertThrows(
                                BlockException.class,
                                () -> node.write(request, at, from, IoFlags.NONE));
                assertEquals(Kind.NO_SPACE, full.kind());
                assertThrows(
                        BlockException.class, () -> node.zero(request, at, 1024, IoFlags.NONE));
                assertThrows(BlockException.class, () -> node.discard(request, at, 1024));
            }
            node.write(request, 3072, from, IoFlags.NONE);
        }
        assertArrayEquals(ones, storage.get(4096, 1024));
        assertArrayEquals(
                new byte[FILE_LENGTH - 5120], storage.get(5120, FILE_LENGTH - 5120), "behind it");
    }

    @Nested
    class AgainstTheReference {
        @TempDir Path folder;
        private final Rig rig = new Rig();

        @AfterEach
        void close() throws IOException {
            rig.close();
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "size=100",
                    "size=8M",
                    "size=1048577",
                    "offset=100,size=100",
                    "offset=2M",
                    "offset=1M,size=2M",
                    "offset=1048577,size=1",
                    "offset=1M,size=100"
                })
        void open_withAWindowThatDoesNotFit_isRefusedInTheSameWords(String window)
                throws IOException {
            Files.write(folder.resolve("x.img"), new byte[FILE_LENGTH]);
            String image = "driver=raw,file.driver=file,file.filename=x.img," + window;
            Tool.Result theirs = Tool.run(folder, "qemu-io", "--image-opts", "-c", "length", image);
            BlockException ours =
                    assertThrows(
                            BlockException.class,
                            () ->
                                    rig.open(
                                            new RawDriver(),
                                            options(window),
                                            Map.of("file", new MemoryNode(FILE_LENGTH))));
            assertEquals(theirs.err(), "qemu-io: can't open: " + ours.getMessage() + "\n");
            assertEquals(Kind.INVALID, ours.kind());
        }

        @Test
        void window_whenWritten_changesTheBytesTheReferenceChanges() throws IOException {
            byte[] content = new byte[FILE_LENGTH];
            new Random(9).nextBytes(content);
            Files.write(folder.resolve("x.img"), content);
            MemoryNode file = new MemoryNode(FILE_LENGTH);
            RigNode direct = rig.open(new RawDriver(), options(""), Map.of("file", file));
            direct.write(0, content);
            RigNode node =
                    rig.open(
                            new RawDriver(), options("offset=4096,size=64k"), Map.of("file", file));
            byte[] bytes = new byte[1024];
            Arrays.fill(bytes, (byte) 0x5a);
            node.write(512, bytes);
            node.zero(8192, 4096, IoFlags.NONE);
            Tool.run(
                            folder,
                            "qemu-io",
                            "--image-opts",
                            "-c",
                            "write -P 0x5a 512 1024",
                            "-c",
                            "write -z 8192 4096",
                            "driver=raw,offset=4096,size=64k,file.driver=file,file.filename=x.img")
                    .orFail();
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("x.img")), direct.read(0, FILE_LENGTH));
        }

        @Test
        void truncate_ofAFixedSize_isRefusedInTheSameWords() throws IOException {
            RigNode node =
                    rig.open(
                            new RawDriver(),
                            options("size=64k"),
                            Map.of("file", new MemoryNode(FILE_LENGTH)));
            assertFalse(node.capabilities().has(Feature.RESIZE));
            try (RigRequest request = rig.request()) {
                BlockException refused =
                        assertThrows(
                                BlockException.class,
                                () ->
                                        node.face()
                                                .truncate(
                                                        request,
                                                        4096,
                                                        org.ashlar.spi.Preallocation.OFF));
                assertEquals("Cannot resize fixed-size raw disks", refused.getMessage());
            }
        }
    }

    @Nested
    class Structure {
        private final Rig rig = new Rig();
        private final RawDriver driver = new RawDriver();
        private final MemoryNode file = new MemoryNode(FILE_LENGTH);

        @AfterEach
        void close() throws IOException {
            rig.close();
        }

        @Test
        void attach_withoutAWindow_isAFilterOfItsFile() throws IOException {
            RigNode node = rig.open(driver, options(""), Map.of("file", file));
            assertEquals(ChildRole.FILTERED, node.children().getFirst().role());
            RigNode window = rig.open(driver, options("offset=512"), Map.of("file", file));
            assertEquals(ChildRole.DATA, window.children().getFirst().role());
        }

        /** As the reference's locks show: a window keeps others from resizing, and resizes not. */
        @Test
        void permissionsOn_aWindow_unshareResizingAndUseWhatTheParentsUse() throws IOException {
            RigNode node = rig.open(driver, options("size=64k"), Map.of("file", file));
            Permissions writer =
                    new Permissions(
                            Set.of(CONSISTENT_READ, WRITE), EnumSet.allOf(Permission.class));
            assertEquals(
                    new Permissions(
                            Set.of(CONSISTENT_READ, WRITE),
                            Set.of(CONSISTENT_READ, WRITE, WRITE_UNCHANGED)),
                    node.face().permissionsOn(ChildRole.DATA, writer, true));
            assertEquals(writer, node.face().permissionsOn(ChildRole.FILTERED, writer, true));
        }

        @Test
        void extentAt_inAWindow_isMappedToTheFile() throws IOException {
            RigNode node = rig.open(driver, options("offset=4096"), Map.of("file", file));
            assertEquals(
                    List.of(
                            new Extent.Mapped(
                                    FILE_LENGTH - 4096, node.children().getFirst(), 4096)),
                    node.map());
        }

        @Test
        void capabilities_ofAnUnalignedWindow_leaveTheAligningToTheEdgeBelow() throws IOException {
            RigNode node = rig.open(driver, options("offset=100"), Map.of("file", file));
            Map<String, org.ashlar.spi.Capabilities> below =
                    Map.of("file", org.ashlar.spi.Capabilities.READ_ONLY.withAlignment(4096));
            assertEquals(1, node.face().capabilities(below).alignment());
            RigNode whole = rig.open(driver, options("offset=8192"), Map.of("file", file));
            assertEquals(4096, whole.face().capabilities(below).alignment());
        }

        @Test
        void truncate_behindAnOffset_resizesTheFileByIt() throws IOException {
            RigNode node = rig.open(driver, options("offset=4096"), Map.of("file", file));
            node.truncate(8192);
            assertEquals(8192, node.length());
            RigNode whole = rig.open(driver, options(""), Map.of("file", file));
            assertEquals(12288, whole.length());
        }

        @Test
        void reopen_withAnotherWindow_showsThatOne() throws IOException {
            RigNode whole = rig.open(driver, options(""), Map.of("file", file));
            whole.write(8192, new byte[] {7});
            RigNode node = rig.open(driver, options("offset=4096"), Map.of("file", file));
            assertEquals(7, node.read(4096, 1)[0]);
            node.reopen(options("offset=8192,size=4096"), NodeSettings.DEFAULT);
            assertEquals(7, node.read(0, 1)[0]);
            assertEquals(4096, node.length());
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> node.prepareReopen(options("offset=2M"), NodeSettings.DEFAULT));
            assertEquals(Kind.INVALID, refused.kind());
            whole.reopen(options("offset=8192"), NodeSettings.DEFAULT);
            assertEquals(7, whole.read(0, 1)[0]);
            assertEquals(ChildRole.DATA, whole.children().getFirst().role());
            whole.reopen(options(""), NodeSettings.DEFAULT);
            assertEquals(ChildRole.FILTERED, whole.children().getFirst().role());
        }

        @Test
        void create_onAFileOfAnotherLength_resizesIt() throws IOException {
            rig.create(driver, options("size=1000"), file);
            RigNode node = rig.open(driver, options(""), Map.of("file", file));
            assertEquals(1024, node.length());
        }

        @Test
        void probe_ofAnything_isTheLastResort() {
            assertEquals(Probe.FALLBACK, driver.probe(MemorySegment.ofArray(new byte[512])));
            assertTrue(driver.childOptions().getFirst().required());
        }
    }
}
