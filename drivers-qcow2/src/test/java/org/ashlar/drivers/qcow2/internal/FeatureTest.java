package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Extent;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.image.BackingLink;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Report;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an image can do beside being read and written. */
class FeatureTest {
    private static final NodeSettings READ_ONLY =
            new NodeSettings(
                    true, false, false, false, false, false, NodeSettings.DetectZeroes.OFF);

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;

    private static OptionTree tree(String... pairs) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return OptionTree.dotted(all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    cluster_size=1000; Cluster size must be a power of two between 512 and 2048k
                    cluster_size=4M; Cluster size must be a power of two between 512 and 2048k
                    refcount_bits=7; Refcount width must be a power of two and may not exceed 64 bits
                    compat=9; Parameter 'version' does not accept value '9'
                    compression_type=foo; Parameter 'compression-type' does not accept value 'foo'
                    preallocation=foo; Parameter 'preallocation' does not accept value 'foo'
                    data_file_raw=on; data-file-raw requires data-file
                    backing_fmt=raw; Backing format cannot be used without backing file
                    extended_l2=on,cluster_size=4k; Extended L2 entries are only supported with cluster sizes of at least 16384 bytes
                    compat=0.10,extended_l2=on; Extended L2 entries are only supported with compatibility level 1.1 and above (use version=v3 or greater)
                    compat=0.10,refcount_bits=8; Different refcount widths than 16 bits require compatibility level 1.1 or above (use version=v3 or greater)
                    compat=0.10,lazy_refcounts=on; Lazy refcounts only supported with compatibility level 1.1 and above (use version=v3 or greater)
                    compat=0.10,compression_type=zstd; Non-zlib compression type is only supported with compatibility level 1.1 and above (use version=v3 or greater)
                    """)
    void create_whenOptionsAreWrong_thenSaysWhatTheReferenceSays(String options, String message)
            throws IOException {
        Reference.Outcome theirs =
                Reference.run(
                        "qemu-img",
                        "create",
                        "-q",
                        "-f",
                        "qcow2",
                        "-o",
                        options,
                        folder.resolve("x").toString(),
                        "1G");
        assertTrue(theirs.output().contains(message), theirs::output);
        Map<String, String> all = new HashMap<>(Map.of("size", "1G"));
        for (String option : options.split(",", -1)) {
            String[] pair = option.split("=", 2);
            all.put(pair[0], pair[1]);
        }
        try (Rig rig = new Rig()) {
            BlockException ours =
                    assertThrows(
                            BlockException.class,
                            () -> rig.create(driver, OptionTree.dotted(all), new MemoryNode(0)));
            assertEquals(message, ours.getMessage());
        }
    }

    @Test
    void chain_whenWritten_thenReferenceSeesTheSame() throws IOException {
        Path base = folder.resolve("base.raw");
        Path top = folder.resolve("top.qcow2");
        try (Rig rig = new Rig();
                TestFile below = new TestFile(base);
                TestFile file = new TestFile(top)) {
            try (var request = rig.request()) {
                below.write(request, 0, MemorySegment.ofArray(filled(400, 3)), IoFlags.NONE);
            }
            rig.create(
                    driver,
                    tree("size", "1M", "backing_file", "base.raw", "backing_fmt", "raw"),
                    file);
            RigNode disk =
                    rig.opening(driver)
                            .child("file", file)
                            .implicit((name, reference) -> {
                                assertEquals(new ImageReference("base.raw", "raw"), reference);
                                return below;
                            })
                            .open();
            assertArrayEquals(filled(4, 3), disk.read(0, 2048));
            assertArrayEquals(new byte[4096], disk.read(500 * 1024, 4096));
            disk.write(70000 / 512 * 512, filled(3, 8));
            disk.zero(131072, 512, IoFlags.NONE);
            disk.discard(0, 65536);
            assertInstanceOf(Extent.Zero.class, disk.extentAt(0, 65536));
            assertInstanceOf(Extent.Mapped.class, disk.extentAt(65536, 65536));
            assertInstanceOf(Extent.Unallocated.class, disk.extentAt(900 * 1024, 65536));
            byte[] all = disk.read(0, 1 << 20);
            disk.close();
            Reference.assertClean(top, "overlay");
            assertArrayEquals(Reference.content(top), all);
        }
    }

    @Test
    void backing_whenChanged_thenImageNamesIt() throws IOException {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("size", "1M"), storage);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", storage));
            BackingLink link = disk.facet(BackingLink.class).orElseThrow();
            assertEquals(Optional.empty(), link.backing());
            try (var request = rig.request()) {
                link.changeBacking(
                        request, Optional.of(new ImageReference("other.qcow2", "qcow2")));
            }
            disk.abandon();
            MemoryNode below = new MemoryNode(0);
            below.put(0, filled(2, 5));
            RigNode again =
                    rig.opening(driver).child("file", storage).child("backing", below).open();
            assertEquals(
                    Optional.of(new ImageReference("other.qcow2", "qcow2")),
                    again.facet(BackingLink.class).orElseThrow().backing());
            assertArrayEquals(filled(2, 5), again.read(0, 1024));
            again.disconnect("backing");
            assertArrayEquals(new byte[1024], again.read(0, 1024));
        }
    }

    @Test
    void dataFile_whenUsed_thenHoldsTheDataWhereTheGuestHasThem() throws IOException {
        Path image = folder.resolve("meta.qcow2");
        Path data = folder.resolve("data.raw");
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image);
                TestFile raw = new TestFile(data)) {
            rig.create(
                    driver,
                    tree("size", "1M", "data_file", data.toString(), "data_file_raw", "on"),
                    Map.of("file", file, "data-file", raw));
            RigNode disk = rig.opening(driver).child("file", file).child("data-file", raw).open();
            GuestModel model = new GuestModel(5, new byte[1 << 20]);
            for (int i = 0; i < 200; i++) {
                model.step(disk);
            }
            model.verifyAll(disk);
            disk.write(1 << 19, filled(256, 7));
            disk.zero(1 << 19, 1 << 16, IoFlags.MAY_UNMAP);
            disk.discard((1 << 19) + (1 << 16), 1 << 16);
            byte[] all = disk.read(0, 1 << 20);
            assertArrayEquals(new byte[1 << 16], Arrays.copyOfRange(all, 1 << 19, 9 << 16));
            assertArrayEquals(all, Files.readAllBytes(data), "a raw image by itself");
            disk.close();
            Reference.assertClean(image, "data file");
            assertArrayEquals(all, Reference.content(image));
        }
    }

    @Test
    void hurriedRequest_whenMetadataAreInMemory_thenIsDoneElseRefusedWithoutEffect()
            throws IOException {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("size", "1M"), storage);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", storage));
            disk.write(0, filled(2, 1));
            disk.close();
            RigNode again = rig.open(driver, OptionTree.empty(), Map.of("file", storage));
            MemorySegment into = MemorySegment.ofArray(new byte[1024]);
            try (var hurried = rig.hurriedRequest()) {
                BlockException refused =
                        assertThrows(
                                BlockException.class, () -> again.asChild().read(hurried, 0, into));
                assertEquals(BlockException.Kind.WOULD_BLOCK, refused.kind());
                again.read(0, 512);
                again.asChild().read(hurried, 0, into);
                assertThrows(
                        BlockException.class,
                        () -> again.asChild().write(hurried, 0, into, IoFlags.NONE));
                again.write(0, filled(1, 2)); // prepares the header
                again.asChild()
                        .write(hurried, 512, MemorySegment.ofArray(filled(1, 3)), IoFlags.NONE);
                assertThrows(
                        BlockException.class,
                        () -> again.asChild().write(hurried, 1 << 19, into, IoFlags.NONE));
                assertThrows(
                        BlockException.class,
                        () -> again.asChild().zero(hurried, 0, 512, IoFlags.NONE));
            }
            assertArrayEquals(filled(1, 2), again.read(0, 512));
            assertArrayEquals(filled(1, 3), again.read(512, 512));
            assertInstanceOf(Extent.Unallocated.class, again.extentAt(1 << 19, 512));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster_size=512", "compat=0.10", "extended_l2=on", "refcount_bits=1"})
    void disk_whenResized_thenKeepsAndClearsWhatItShould(String option) throws IOException {
        Path image = folder.resolve("resized.qcow2");
        String[] pair = option.split("=", 2);
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            rig.create(driver, tree("size", "1M", pair[0], pair[1]), file);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
            disk.write(0, filled(2048, 6));
            disk.truncate(300 * 512);
            assertEquals(300 * 512, disk.length());
            disk.truncate(5 << 20);
            assertArrayEquals(filled(300, 6), disk.read(0, 300 * 512));
            assertArrayEquals(new byte[1 << 20], disk.read(300 * 512, 1 << 20));
            disk.write((5 << 20) - 512, filled(1, 9));
            disk.close();
            Reference.assertClean(image, "resized");
            byte[] content = Reference.content(image);
            assertEquals(5 << 20, content.length);
            assertEquals(9, content[content.length - 512]);
        }
    }

    @Test
    void reopen_whenOptionsAndReadOnlyChange_thenBothFacesShareTheImage() throws IOException {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("size", "1M"), storage);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", storage));
            disk.write(0, filled(1, 1));
            disk.reopen(
                    tree("l2-cache-size", "1M", "cache-clean-interval", "5"), NodeSettings.DEFAULT);
            rig.awaitGrace();
            assertTrue(disk.tick("qcow2-cache-clean"));
            disk.write(512, filled(1, 2));
            disk.reopen(OptionTree.empty(), READ_ONLY);
            rig.awaitGrace();
            assertThrows(BlockException.class, () -> disk.write(0, filled(1, 3)));
            disk.reopen(OptionTree.empty(), NodeSettings.DEFAULT);
            rig.awaitGrace();
            disk.write(1024, filled(1, 4));
            assertArrayEquals(filled(1, 1), disk.read(0, 512));
            assertArrayEquals(filled(1, 2), disk.read(512, 512));
            assertThrows(
                    BlockException.class,
                    () -> disk.prepareReopen(tree("overlap-check", "x"), NodeSettings.DEFAULT));
        }
    }

    @Test
    void image_whenInactivatedAndActivated_thenTrustsNothingReadBefore() throws IOException {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("size", "1M"), storage);
            RigNode one = rig.open(driver, OptionTree.empty(), Map.of("file", storage));
            one.write(0, filled(1, 1));
            one.inactivate();
            RigNode two = rig.opening(driver).child("file", storage).inactive().open();
            two.activate();
            two.write(512, filled(1, 2));
            two.write(1 << 19, filled(1, 3));
            two.inactivate();
            one.activate();
            assertArrayEquals(filled(1, 2), one.read(512, 512));
            assertArrayEquals(filled(1, 3), one.read(1 << 19, 512));
            one.write(1024, filled(1, 4));
        }
    }

    /** Aborting leaves the dirty bit and refcounts unwritten. */
    private Path makeDirty() throws IOException {
        Path image = folder.resolve("dirty.qcow2");
        Reference.img(
                "create", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on", image.toString(), "8M");
        Reference.run(
                "qemu-io",
                "-f",
                "qcow2",
                "-c",
                "write -P 5 0 1M",
                "-c",
                "flush",
                "-c",
                "abort",
                image.toString());
        return image;
    }

    /** The reference forgets to, and then writes over the guest's data. */
    @Test
    void dirtyImage_whenReopenedForWriting_thenIsMendedBeforeTheFirstWrite() throws IOException {
        Path image = makeDirty();
        try (Rig rig = new Rig();
                Workers workers = new Workers();
                TestFile storage = new TestFile(image)) {
            HeldNode file = new HeldNode(storage);
            RigNode disk = rig.opening(driver).child("file", file).settings(READ_ONLY).open();
            long host = ((Extent.Mapped) disk.extentAt(0, 512)).childOffset();
            HeldNode.Hold hold =
                    file.holdBefore(
                            call -> call.operation() == Operation.READ && call.offset() == host);
            Future<?> read = workers.start(() -> assertEquals(5, disk.read(0, 512)[511]));
            hold.awaitHeld();
            disk.reopen(OptionTree.empty(), NodeSettings.DEFAULT);
            assertTrue(disk.facet(ImageInfo.class).orElseThrow().isDirty());
            Future<?> one = workers.start(() -> disk.write(2 << 20, filled(2048, 6)));
            Future<?> two = workers.start(() -> disk.write(4 << 20, filled(2048, 7)));
            Workers.await(one);
            Workers.await(two);
            hold.release();
            Workers.await(read);
            rig.awaitGrace();
            byte[] old = disk.read(0, 1 << 20);
            for (byte b : old) {
                assertEquals(5, b);
            }
            assertArrayEquals(filled(2048, 6), disk.read(2 << 20, 1 << 20));
            assertArrayEquals(filled(2048, 7), disk.read(4 << 20, 1 << 20));
            disk.close();
            Reference.assertClean(image, "mended");
        }
    }

    /** What the header says then is nobody's knowledge: the dirty bit may be gone. */
    @Test
    void header_whenWritingItFailsAfterAll_thenIsWrittenAgain() throws IOException {
        Path image = folder.resolve("lazy.qcow2");
        try (Rig rig = new Rig();
                Workers workers = new Workers();
                TestFile storage = new TestFile(image)) {
            HeldNode file = new HeldNode(storage);
            rig.create(driver, tree("size", "8M", "lazy_refcounts", "on"), file);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
            disk.write(0, filled(2048, 1));
            disk.flush();
            storage.failAfterWriteAt(0);
            assertThrows(IOException.class, () -> disk.reopen(OptionTree.empty(), READ_ONLY));
            assertEquals(0, Files.readAllBytes(image)[79], "clean, by the write that failed");
            disk.write(4 << 20, filled(2048, 2)); // by the face that goes on, lazily
            HeldNode.Hold hold = file.holdNext(Operation.FLUSH);
            Future<?> flush = workers.start(disk::flush);
            hold.awaitHeld(); // before any table can be written
            assertEquals(1, Files.readAllBytes(image)[79], "dirty");
            hold.release();
            Workers.await(flush);
            disk.close();
        }
        Reference.assertClean(image, "written lazily");
    }

    @Test
    void dirtyImage_whenReopenedForWritingAndOnlyChecked_thenStaysDirty() throws IOException {
        Path image = makeDirty();
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            RigNode disk = rig.opening(driver).child("file", file).settings(READ_ONLY).open();
            disk.reopen(OptionTree.empty(), NodeSettings.DEFAULT);
            try (var request = rig.request()) {
                var check = disk.facet(Checkable.class).orElseThrow();
                check.check(request, Checkable.Repair.NONE, _ -> {});
            }
            disk.close();
            RigNode again = rig.opening(driver).child("file", file).settings(READ_ONLY).open();
            assertTrue(again.facet(ImageInfo.class).orElseThrow().isDirty());
        }
    }

    @Test
    void dirtyImage_whenOpenedForWriting_thenIsMended() throws IOException {
        Path image = makeDirty();
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            RigNode read = rig.opening(driver).child("file", file).settings(READ_ONLY).open();
            assertTrue(read.facet(ImageInfo.class).orElseThrow().isDirty());
            read.close();
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
            assertEquals(5, disk.read(0, 1)[0]);
            disk.close();
            Reference.assertClean(image, "mended");
        }
    }

    @Test
    void corruptEntry_whenRead_thenIsReportedAndWritesAreRefused() throws IOException {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("size", "1M"), storage);
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", storage));
            disk.write(0, filled(1, 1));
            disk.close();
            long l1 =
                    MemorySegment.ofArray(storage.get(40, 8))
                            .get(
                                    java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED.withOrder(
                                            java.nio.ByteOrder.BIG_ENDIAN),
                                    0);
            storage.put(l1 + 6, new byte[] {2});
            RigNode bad = rig.open(driver, OptionTree.empty(), Map.of("file", storage));
            BlockException failed = assertThrows(BlockException.class, () -> bad.read(0, 512));
            assertEquals(BlockException.Kind.CORRUPT, failed.kind());
            assertEquals(
                    List.of(Report.CORRUPTED), bad.reports().stream().map(Report::event).toList());
            assertThrows(BlockException.class, () -> bad.write(1 << 19, filled(1, 1)));
            bad.close();
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> rig.open(driver, OptionTree.empty(), Map.of("file", storage)));
            assertEquals(
                    "qcow2: Image is corrupt; cannot be opened read/write", refused.getMessage());
        }
    }
}
