package org.ashlar.drivers.raw.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.ashlar.drivers.raw.internal.Tool;
import org.ashlar.drivers.raw.internal.linux.LinuxCalls;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Devices: real ones over loop devices where the tests may make them, refusals everywhere. */
class HostDeviceTest {
    @TempDir Path folder;
    private final FileRig rig = new FileRig(FileDriver.ofDevices(LinuxCalls::ofThisMachine));

    @AfterEach
    void closeRig() throws IOException {
        rig.close();
    }

    @Test
    void open_ofAFile_isRefusedInTheReferencesWords() throws IOException {
        Path file = Files.write(folder.resolve("x.img"), new byte[512]);
        BlockException refused = assertThrows(BlockException.class, () -> rig.open(file));
        assertEquals(
                "'host_device' driver requires '"
                        + file
                        + "' to be either a character or block device",
                refused.getMessage());
    }

    @Test
    void open_ofACharacterDevice_isEmpty() throws IOException {
        assertEquals(0, rig.open(Path.of("/dev/null")).length());
    }

    /** A device that knows no requests of its own, as files are that pass for one. */
    @Nested
    class OnASimpleDevice {
        private static final int LENGTH = 64 << 10;

        private final byte[] content = new byte[LENGTH];
        private FaultyCalls calls;
        private FileRig simple;
        private RigNode node;
        private Path file;

        @BeforeEach
        void open() throws IOException {
            new Random(5).nextBytes(content);
            file = Files.write(folder.resolve("device"), content);
            calls = new FaultyCalls().withDevices();
            simple = new FileRig(FileDriver.ofDevices(() -> calls));
            node = simple.open(file);
        }

        @AfterEach
        void close() throws IOException {
            simple.close();
        }

        @Test
        void zero_whenTheDeviceCannot_writesZeroes() throws IOException {
            node.zero(700, 5000, IoFlags.NONE);
            Arrays.fill(content, 700, 5700, (byte) 0);
            assertArrayEquals(content, Files.readAllBytes(file));
            assertEquals(1, calls.made(FaultyCalls.Call.DEVICE));
        }

        @Test
        void discard_whenTheDeviceCannot_isAcceptedAndNotTriedAgain() throws IOException {
            node.discard(0, LENGTH);
            node.discard(0, LENGTH);
            assertArrayEquals(content, Files.readAllBytes(file));
            assertEquals(1, calls.made(FaultyCalls.Call.DEVICE));
        }

        @Test
        void discard_ofLessThanASector_asksTheDeviceForNothing() throws IOException {
            node.discard(100, 300);
            assertEquals(0, calls.made(FaultyCalls.Call.DEVICE));
        }

        @Test
        void zero_whenTheDeviceFails_saysWhereAndWhy() {
            calls.next(FaultyCalls.Call.DEVICE, -org.ashlar.drivers.raw.internal.linux.Errno.EIO);
            BlockException failed =
                    assertThrows(BlockException.class, () -> node.zero(512, 1024, IoFlags.NONE));
            assertEquals(
                    "Could not zero 1024 bytes at offset 512 of '" + file + "': Input/output error",
                    failed.getMessage());
            assertEquals(Kind.IO, failed.kind());
        }
    }

    /** Whether loop devices can be made: that takes privileges, not only a program. */
    static boolean mayMakeDevices() {
        return Files.isWritable(Path.of("/dev/loop-control"))
                && Files.exists(Path.of("/dev/loop0"));
    }

    @Nested
    @EnabledIf("org.ashlar.drivers.raw.internal.file.HostDeviceTest#mayMakeDevices")
    class OnALoopDevice {
        private static final int LENGTH = 8 << 20;

        private final byte[] content = new byte[LENGTH];
        private Path device;

        @BeforeEach
        void makeDevice() throws IOException {
            new Random(5).nextBytes(content);
            Files.write(folder.resolve("loop.img"), content);
            device = attach("--show", "-f");
        }

        private Path attach(String... options) throws IOException {
            String[] command = Arrays.copyOf(options, options.length + 2);
            System.arraycopy(options, 0, command, 1, options.length);
            command[0] = "losetup";
            command[command.length - 1] = "loop.img";
            return Path.of(Tool.run(folder, command).orFail().strip());
        }

        @AfterEach
        void removeDevice() throws IOException {
            rig.close();
            Tool.run(folder, "losetup", "-d", device.toString()).orFail();
        }

        @Test
        void open_asAFile_isRefusedInTheReferencesWords() throws IOException {
            try (FileRig files = new FileRig()) {
                BlockException refused =
                        assertThrows(BlockException.class, () -> files.open(device));
                assertEquals(
                        "'file' driver requires '" + device + "' to be a regular file",
                        refused.getMessage());
            }
        }

        @Test
        void node_whenWrittenZeroedAndDiscarded_changesTheDevice() throws IOException {
            RigNode node = rig.open(device);
            assertEquals(LENGTH, node.length());
            byte[] bytes = new byte[10000];
            new Random(6).nextBytes(bytes);
            node.write(12345, bytes, IoFlags.FUA);
            System.arraycopy(bytes, 0, content, 12345, bytes.length);
            node.zero(1_000_100, 100_000, IoFlags.NONE);
            Arrays.fill(content, 1_000_100, 1_100_100, (byte) 0);
            node.zero(2 << 20, 1 << 20, IoFlags.MAY_UNMAP.with(IoFlags.NO_FALLBACK));
            Arrays.fill(content, 2 << 20, 3 << 20, (byte) 0);
            node.zero(100, 200, IoFlags.MAY_UNMAP);
            Arrays.fill(content, 100, 300, (byte) 0);
            node.flush();
            assertArrayEquals(content, node.read(0, LENGTH));
            assertArrayEquals(content, Files.readAllBytes(folder.resolve("loop.img")));
            node.discard(4 << 20, 1 << 20);
            byte[] after = node.read(0, LENGTH);
            assertArrayEquals(Arrays.copyOf(content, 4 << 20), Arrays.copyOf(after, 4 << 20));
        }

        @Test
        void zero_thatWouldBeWritten_isRefusedWhereOnlyAFastWayIsWanted() throws IOException {
            RigNode node = rig.open(device);
            BlockException refused =
                    assertThrows(
                            BlockException.class, () -> node.zero(0, 4096, IoFlags.NO_FALLBACK));
            assertEquals(Kind.UNSUPPORTED, refused.kind());
            assertArrayEquals(content, node.read(0, LENGTH));
        }

        @Test
        void node_pastThePageCache_isAlignedBySectors() throws IOException {
            RigNode node = rig.open(device, FileRig.DIRECT);
            assertTrue(node.capabilities().alignment() >= 512);
            node.write(512, new byte[512]);
            Arrays.fill(content, 512, 1024, (byte) 0);
            assertArrayEquals(content, node.read(0, LENGTH));
        }

        @Test
        void node_pastThePageCacheOfADeviceWithLargeSectors_isAlignedByThem() throws IOException {
            Path large = attach("--show", "-b", "4096", "-f");
            try (RigNode node = rig.open(large, FileRig.DIRECT)) {
                assertEquals(4096, node.capabilities().alignment());
                node.write(4096, new byte[4096]);
                node.zero(8192, 4096, IoFlags.NONE);
                Arrays.fill(content, 4096, 12288, (byte) 0);
                assertArrayEquals(content, node.read(0, LENGTH));
            } finally {
                Tool.run(folder, "losetup", "-d", large.toString()).orFail();
            }
        }

        @Test
        void truncate_toMore_isRefusedInTheReferencesWords() throws IOException {
            RigNode node = rig.open(device);
            BlockException refused =
                    assertThrows(BlockException.class, () -> node.truncate(LENGTH + 512));
            assertEquals("Cannot grow device files", refused.getMessage());
            node.truncate(512);
            assertEquals(LENGTH, node.length());
        }

        @Test
        void create_onADevice_checksThatItIsLargeEnough() throws IOException {
            rig.rig.create(rig.driver, FileRig.options(device, "size", "8M"), Map.of());
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () ->
                                    rig.rig.create(
                                            rig.driver,
                                            FileRig.options(device, "size", "16M"),
                                            Map.of()));
            assertEquals("Cannot grow device files", refused.getMessage());
        }

        @Test
        void open_ofAReadOnlyDevice_isRefusedForWritingInTheReferencesWords() throws IOException {
            Path readOnly = attach("--show", "-r", "-f");
            try {
                BlockException refused =
                        assertThrows(BlockException.class, () -> rig.open(readOnly));
                assertEquals("The device is not writable: Permission denied", refused.getMessage());
                assertEquals(Kind.NOT_PERMITTED, refused.kind());
                try (RigNode node = rig.open(readOnly, FileRig.READ_ONLY)) {
                    assertArrayEquals(content, node.read(0, LENGTH));
                }
            } finally {
                Tool.run(folder, "losetup", "-d", readOnly.toString()).orFail();
            }
        }

        @Test
        void locks_onADevice_keepTheReferenceOut() throws IOException {
            RigNode node = rig.opening(device).settings(NodeSettings.DEFAULT).open();
            node.node()
                    .holdPermissions(
                            new org.ashlar.spi.Permissions(java.util.Set.of(), java.util.Set.of()));
            Tool.Result refused =
                    Tool.run(folder, "qemu-io", "-f", "raw", "-c", "length", device.toString());
            assertEquals(
                    "qemu-io: can't open device "
                            + device
                            + ": Failed to get \"consistent read\" lock\n"
                            + "Is another process using the image ["
                            + device
                            + "]?\n",
                    refused.err());
        }
    }
}
