package org.ashlar.drivers.raw.internal.file;

import static org.ashlar.spi.Permissions.Permission.CONSISTENT_READ;
import static org.ashlar.spi.Permissions.Permission.RESIZE;
import static org.ashlar.spi.Permissions.Permission.WRITE;
import static org.ashlar.spi.Permissions.Permission.WRITE_UNCHANGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ashlar.drivers.raw.internal.Tool;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image locks, against the kernel's list of locks and against the reference's tools. */
class ImageLockTest {
    private static final Set<Permission> ALL = EnumSet.allOf(Permission.class);
    private static final Permissions READER = new Permissions(Set.of(CONSISTENT_READ), ALL);
    private static final Permissions WRITER = new Permissions(Set.of(CONSISTENT_READ, WRITE), ALL);

    /** What the reference holds for a qcow2 image that it may write. */
    private static final Permissions FORMAT_WRITER =
            new Permissions(
                    Set.of(CONSISTENT_READ, WRITE, RESIZE),
                    Set.of(CONSISTENT_READ, WRITE_UNCHANGED));

    /** What the reference holds for a qcow2 image that it only reads. */
    private static final Permissions FORMAT_READER =
            new Permissions(Set.of(CONSISTENT_READ), Set.of(CONSISTENT_READ, WRITE_UNCHANGED));

    private static final String ANOTHER = "\nIs another process using the image [";

    @TempDir Path folder;
    private final FileRig rig = new FileRig();
    private Path image;

    @BeforeEach
    void createImage() throws IOException {
        image = folder.resolve("t.img");
        Files.write(image, new byte[1 << 20]);
    }

    @AfterEach
    void closeRig() throws IOException {
        rig.close();
    }

    /** Returns the bytes locked on the image by anybody, from the kernel. */
    private Set<Integer> locked() throws IOException {
        Object inode = Files.getAttribute(image, "unix:ino");
        Pattern line =
                Pattern.compile("OFDLCK +ADVISORY +READ +-1 \\S+:" + inode + " (\\d+) (\\d+)");
        Set<Integer> bytes = new TreeSet<>();
        Matcher matcher = line.matcher(Files.readString(Path.of("/proc/locks")));
        while (matcher.find()) {
            for (int i = Integer.parseInt(matcher.group(1));
                    i <= Integer.parseInt(matcher.group(2));
                    i++) {
                bytes.add(i);
            }
        }
        return bytes;
    }

    private static void assertRefused(String lock, Path image, Hold hold) {
        BlockException refused = assertThrows(BlockException.class, hold::run);
        assertEquals(
                "Failed to get " + lock + " lock" + ANOTHER + image + "]?", refused.getMessage());
        assertEquals(BlockException.Kind.NOT_PERMITTED, refused.kind());
    }

    private interface Hold {
        void run() throws IOException;
    }

    @Nested
    class Bytes {
        @Test
        void hold_forEachPermission_locksTheBytesTheReferenceLocks() throws IOException {
            RigNode node = rig.open(image);
            assertEquals(Set.of(), locked());
            node.node().holdPermissions(WRITER);
            assertEquals(Set.of(100, 101), locked());
            node.node().holdPermissions(FORMAT_WRITER);
            assertEquals(Set.of(100, 101, 103, 201, 203), locked());
            node.node().holdPermissions(new Permissions(ALL, Set.of()));
            assertEquals(Set.of(100, 101, 102, 103, 200, 201, 202, 203), locked());
            node.node().holdPermissions(FORMAT_READER);
            assertEquals(Set.of(100, 201, 203), locked());
            node.node().holdPermissions(Permissions.NONE);
            assertEquals(Set.of(), locked());
        }

        @Test
        void qcow2OfTheReference_whenOpen_hasTheSameBytesAsOurFormatWriter() throws IOException {
            Tool.run(folder, "qemu-img", "create", "-q", "-f", "qcow2", "t.img", "1M").orFail();
            try (Tool.Session _ = Tool.io(folder, "-f", "qcow2", "t.img")) {
                assertEquals(Set.of(100, 101, 103, 201, 203), locked());
            }
        }

        @Test
        void hold_withForceShare_refusesNobody() throws IOException {
            RigNode node = rig.open(image, FileRig.FORCE_SHARE);
            node.node().holdPermissions(FORMAT_READER);
            assertEquals(Set.of(100), locked());
        }

        @Test
        void hold_withLockingOff_locksNothing() throws IOException {
            RigNode node = rig.open(image, "locking", "off");
            node.node().holdPermissions(FORMAT_WRITER);
            assertEquals(Set.of(), locked());
        }

        @Test
        void close_whenLocked_givesEverythingBack() throws IOException {
            RigNode node = rig.open(image);
            node.node().holdPermissions(FORMAT_WRITER);
            node.close();
            assertEquals(Set.of(), locked());
        }
    }

    @Nested
    class TwoNodesOfOneProcess {
        @Test
        void hold_whenTheOtherExcludesIt_isRefusedAndChangesNothing() throws IOException {
            RigNode first = rig.open(image);
            RigNode second = rig.open(image);
            first.node().holdPermissions(FORMAT_WRITER);
            second.node().holdPermissions(READER);
            Set<Integer> before = locked();
            assertRefused("\"write\"", image, () -> second.node().holdPermissions(WRITER));
            assertRefused(
                    "shared \"write\"", image, () -> second.node().holdPermissions(FORMAT_READER));
            assertEquals(before, locked());
            first.node().holdPermissions(Permissions.NONE);
            second.node().holdPermissions(FORMAT_WRITER);
            assertEquals(Set.of(100, 101, 103, 201, 203), locked());
        }

        @Test
        void hold_whenOnlyResizeCollides_namesResize() throws IOException {
            RigNode first = rig.open(image);
            RigNode second = rig.open(image);
            first.node()
                    .holdPermissions(
                            new Permissions(
                                    Set.of(CONSISTENT_READ),
                                    EnumSet.complementOf(EnumSet.of(RESIZE))));
            assertRefused(
                    "\"resize\"",
                    image,
                    () -> second.node().holdPermissions(new Permissions(Set.of(RESIZE), ALL)));
        }
    }

    @Nested
    class AgainstTheReference {
        @Test
        void qemuIo_whenWeHoldForWriting_isRefusedInItsOwnWords() throws IOException {
            RigNode node = rig.open(image);
            node.node().holdPermissions(FORMAT_WRITER);
            Tool.Result writer = Tool.run(folder, "qemu-io", "-f", "raw", "-c", "length", "t.img");
            assertEquals(1, writer.exit());
            assertEquals(
                    "qemu-io: can't open device t.img: Failed to get \"write\" lock"
                            + ANOTHER
                            + "t.img]?\n",
                    writer.err());
            // A raw reader of the reference tolerates writers.
            Tool.run(folder, "qemu-io", "-r", "-f", "raw", "-c", "length", "t.img").orFail();
        }

        @Test
        void qemuImg_whenWeHoldForWriting_neitherResizesNorRecreates() throws IOException {
            RigNode node = rig.open(image);
            node.node().holdPermissions(FORMAT_WRITER);
            Tool.Result resize = Tool.run(folder, "qemu-img", "resize", "-f", "raw", "t.img", "2M");
            assertEquals(
                    "qemu-img: Could not open 't.img': Failed to get \"write\" lock"
                            + ANOTHER
                            + "t.img]?\n",
                    resize.err());
            Tool.Result create = Tool.run(folder, "qemu-img", "create", "-f", "raw", "t.img", "2M");
            assertEquals(
                    "qemu-img: t.img: Failed to get \"write\" lock" + ANOTHER + "t.img]?\n",
                    create.err());
            assertEquals(1 << 20, Files.size(image));
        }

        @Test
        void qemuIo_whenWeOnlyRead_getsInUnlessItExcludesReaders() throws IOException {
            RigNode node = rig.open(image);
            node.node().holdPermissions(READER);
            Tool.run(folder, "qemu-io", "-f", "raw", "-c", "write 0 512", "t.img").orFail();
        }

        @Test
        void hold_whenQcow2IsOpenForWriting_isRefusedInTheSameWords() throws IOException {
            Tool.run(folder, "qemu-img", "create", "-q", "-f", "qcow2", "t.img", "1M").orFail();
            RigNode node = rig.open(image);
            try (Tool.Session _ = Tool.io(folder, "-f", "qcow2", "t.img")) {
                assertRefused("\"write\"", image, () -> node.node().holdPermissions(FORMAT_WRITER));
                assertRefused(
                        "shared \"write\"",
                        image,
                        () -> node.node().holdPermissions(FORMAT_READER));
                node.node().holdPermissions(READER);
            }
            node.node().holdPermissions(FORMAT_WRITER);
        }

        @Test
        void hold_whenQcow2IsOpenForReading_refusesWritersOnly() throws IOException {
            Tool.run(folder, "qemu-img", "create", "-q", "-f", "qcow2", "t.img", "1M").orFail();
            RigNode node = rig.open(image);
            try (Tool.Session _ = Tool.io(folder, "-r", "-f", "qcow2", "t.img")) {
                node.node().holdPermissions(FORMAT_READER);
                assertRefused("\"write\"", image, () -> node.node().holdPermissions(FORMAT_WRITER));
            }
        }

        @Test
        void storageDaemon_whenItExportsForWriting_keepsResizersOut() throws IOException {
            RigNode node = rig.open(image);
            Process daemon =
                    new ProcessBuilder(
                                    "qemu-storage-daemon",
                                    "--blockdev",
                                    "raw,node-name=r,file.driver=file,file.filename=t.img",
                                    "--nbd-server",
                                    "addr.type=unix,addr.path=s",
                                    "--export",
                                    "nbd,id=e,node-name=r,writable=on",
                                    "--pidfile",
                                    "up")
                            .directory(folder.toFile())
                            .start();
            try {
                Waiting.until(() -> Files.exists(folder.resolve("up")));
                assertEquals(Set.of(100, 101, 203), locked());
                node.node().holdPermissions(WRITER);
                assertRefused(
                        "\"resize\"",
                        image,
                        () ->
                                node.node()
                                        .holdPermissions(
                                                new Permissions(Set.of(WRITE, RESIZE), ALL)));
            } finally {
                daemon.destroy();
                Waiting.until(() -> !daemon.isAlive());
            }
        }
    }

    @Nested
    class OverTheNodesLife {
        @Test
        void inactivate_whenWriting_announcesReadingOnlyUntilActivated() throws IOException {
            RigNode node = rig.open(image);
            node.node().holdPermissions(FORMAT_WRITER);
            node.inactivate();
            assertEquals(Set.of(100), locked());
            node.activate();
            assertEquals(Set.of(100, 101, 103, 201, 203), locked());
        }

        @Test
        void activate_whenSomebodyTookTheImage_isRefused() throws IOException {
            RigNode node = rig.open(image);
            node.node().holdPermissions(FORMAT_WRITER);
            node.inactivate();
            try (Tool.Session _ = Tool.io(folder, "-f", "raw", "t.img")) {
                assertRefused("shared \"write\"", image, node::activate);
            }
            node.activate();
        }

        @Test
        void open_whenInactive_announcesNoWritingUntilActivated() throws IOException {
            RigNode node = rig.opening(image).inactive().open();
            node.node().holdPermissions(FORMAT_WRITER);
            assertEquals(Set.of(100), locked());
            node.activate();
            assertEquals(Set.of(100, 101, 103, 201, 203), locked());
        }

        @Test
        void reopen_toReadOnly_keepsTheLocksThroughout() throws IOException {
            RigNode node = rig.open(image);
            node.node().holdPermissions(FORMAT_READER);
            node.reopen(FileRig.options(image), FileRig.READ_ONLY);
            rig.rig.awaitGrace();
            assertEquals(Set.of(100, 201, 203), locked());
            node.reopen(FileRig.options(image), FileRig.DIRECT);
            node.node().holdPermissions(FORMAT_WRITER); // not kept out by its own older face
            rig.rig.awaitGrace();
            assertEquals(Set.of(100, 101, 103, 201, 203), locked());
        }

        @Test
        void reopen_whenLockingChanges_takesAndGivesBackWhatIsHeld() throws IOException {
            RigNode node = rig.open(image, "locking", "off");
            node.node().holdPermissions(FORMAT_WRITER);
            assertEquals(Set.of(), locked());
            node.reopen(FileRig.options(image, "locking", "on"), FileRig.NO_FLUSH);
            assertEquals(Set.of(100, 101, 103, 201, 203), locked());
            node.reopen(FileRig.options(image, "locking", "off"), FileRig.NO_FLUSH);
            rig.rig.awaitGrace();
            assertEquals(Set.of(), locked());
        }
    }
}
