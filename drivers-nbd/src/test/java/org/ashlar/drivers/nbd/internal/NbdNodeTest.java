package org.ashlar.drivers.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a node asks of real servers, and what it makes of their answers. */
class NbdNodeTest {
    private static final int MIB = 1 << 20;

    @TempDir private Path folder;
    private final Rig rig = new Rig();
    private final List<Server> servers = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        rig.close();
        servers.forEach(Server::close);
    }

    private Server qemu(String... arguments) {
        servers.add(Server.qemu(folder, arguments));
        return servers.getLast();
    }

    private Server nbdkit(String... arguments) {
        servers.add(Server.nbdkit(folder, arguments));
        return servers.getLast();
    }

    private RigNode open(Server server) throws IOException {
        return rig.open(new NbdDriver(), server.options(), Map.of());
    }

    private Path image() throws IOException {
        return Files.write(folder.resolve("image"), new byte[MIB]);
    }

    private static byte[] pattern(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void write_isSeenByQemuIo_andItsWritesAreSeenHere() throws Exception {
        Server server = qemu("-f", "raw", image().toString());
        RigNode node = open(server);

        node.write(4096, pattern(8192, 0x5a));
        node.flush();

        Server.run("qemu-io", "-f", "raw", "-c", "read -P 0x5a 4096 8192", server.uri());
        Server.run("qemu-io", "-f", "raw", "-c", "write -P 0x33 65536 512", server.uri());
        assertArrayEquals(pattern(512, 0x33), node.read(65536, 512));
    }

    @Test
    void read_ofTheLongestTransfer_isWhole() throws IOException {
        RigNode node =
                rig.opening(new NbdDriver())
                        .options(nbdkit("pattern", "80M").options())
                        .settings(Settings.READ_ONLY)
                        .open();
        int length = node.capabilities().maxTransfer();
        assertEquals(32 * MIB, length);

        byte[] bytes = node.read(512, length);

        // The pattern plugin shows each offset that 8 divides as a big-endian number.
        ByteBuffer words = ByteBuffer.wrap(bytes);
        for (long offset = 512; offset < 512 + length; offset += 8) {
            assertEquals(offset, words.getLong());
        }
    }

    @Test
    void extents_areThoseThatQemuImgMaps() throws Exception {
        Path image = folder.resolve("image.qcow2");
        Server.run("qemu-img", "create", "-f", "qcow2", image.toString(), "64M");
        Server.run(
                "qemu-io",
                "-c",
                "write -P 1 0 64k",
                "-c",
                "write -P 2 20M 1M",
                "-c",
                "write -z 40M 2M",
                image.toString());
        Server server = qemu("-f", "qcow2", image.toString());
        RigNode node = open(server);

        StringBuilder ours = new StringBuilder();
        long at = 0;
        for (Extent extent : node.map()) {
            boolean zero = extent instanceof Extent.Zero;
            boolean data =
                    extent instanceof Extent.Data
                            || (extent instanceof Extent.Zero shown && shown.allocated());
            ours.append("%d+%d zero=%b data=%b%n".formatted(at, extent.length(), zero, data));
            at += extent.length();
        }

        String theirs =
                Server.run("qemu-img", "map", "--output=json", "-f", "raw", server.uri())
                        .lines()
                        .map(line ->
                                line.replaceAll(
                                        ".*\"start\": (\\d+), \"length\": (\\d+),.*"
                                                + "\"zero\": (\\w+), \"data\": (\\w+).*",
                                        "$1+$2 zero=$3 data=$4\n"))
                        .filter(line -> line.contains("zero="))
                        .reduce("", String::concat);
        assertEquals(theirs, ours.toString());
        assertTrue(theirs.lines().count() >= 4, theirs);
    }

    @Test
    void extents_withADirtyBitmap_showDirtyAsNotAllocated() throws Exception {
        Path image = folder.resolve("image.qcow2");
        Server.run("qemu-img", "create", "-f", "qcow2", image.toString(), "1M");
        Server.run("qemu-img", "bitmap", "--add", image.toString(), "b0");
        Server.run("qemu-io", "-c", "write 64k 64k", image.toString());
        Server server = qemu("-r", "-f", "qcow2", "-B", "b0", image.toString());

        RigNode node =
                rig.opening(new NbdDriver())
                        .options(server.options(Map.of("x-dirty-bitmap", "qemu:dirty-bitmap:b0")))
                        .settings(Settings.READ_ONLY)
                        .open();

        assertEquals(
                List.of(
                        new Extent.Data(65536),
                        new Extent.Unallocated(65536),
                        new Extent.Data(MIB - 131072)),
                node.map());
    }

    @Test
    void flags_reachTheServer() throws Exception {
        Path log = folder.resolve("log");
        RigNode node = open(nbdkit("--filter=log", "memory", "1M", "logfile=" + log));

        node.write(0, pattern(512, 1), IoFlags.FUA);
        node.zero(512, 512, IoFlags.NONE);
        node.zero(1024, 512, IoFlags.MAY_UNMAP.with(IoFlags.FUA));
        node.zero(2048, 512, IoFlags.NO_FALLBACK);
        node.discard(4096, 512);
        node.flush();

        String told = Files.readString(log, StandardCharsets.UTF_8);
        for (String line :
                List.of(
                        "Write id=\\d+ offset=0x0 count=0x200 fua=1 ",
                        "Zero id=\\d+ offset=0x200 count=0x200 trim=0 fua=0 fast=0 ",
                        "Zero id=\\d+ offset=0x400 count=0x200 trim=1 fua=1 fast=0 ",
                        "Zero id=\\d+ offset=0x800 count=0x200 trim=0 fua=0 fast=1 ",
                        "Trim id=\\d+ offset=0x1000 count=0x200 fua=0 ",
                        "Flush id=\\d+ ")) {
            assertTrue(told.lines().anyMatch(is -> is.matches(".*" + line + ".*")), line + told);
        }
    }

    @Test
    void requests_areInFlightTogether() throws IOException {
        RigNode node = open(nbdkit("--filter=delay", "memory", "1M", "rdelay=500ms"));
        long begun = System.nanoTime();
        try (RigRequest request = rig.request()) {
            List<Request.Fork> forks = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                long offset = i * 4096L;
                forks.add(
                        request.fork(forked ->
                                node.asChild()
                                        .read(
                                                forked,
                                                offset,
                                                MemorySegment.ofArray(new byte[4096]))));
            }
            for (Request.Fork fork : forks) {
                fork.join();
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        assertTrue(seconds >= 0.5 && seconds < 4, seconds + " s, one after another 8 s");
    }

    @Test
    void errors_areOfTheKindTheServerSays() throws IOException {
        RigNode node =
                open(
                        nbdkit(
                                "--filter=error",
                                "memory",
                                "1M",
                                "error-pwrite=ENOSPC",
                                "error-pwrite-rate=100%",
                                "error-pread=EPERM",
                                "error-pread-rate=100%",
                                "error-trim=EIO",
                                "error-trim-rate=100%"));

        assertKind(Kind.NO_SPACE, () -> node.write(0, pattern(512, 1)));
        assertKind(Kind.NOT_PERMITTED, () -> node.read(0, 512));
        assertKind(Kind.IO, () -> node.discard(0, 512));
        node.zero(0, 512, IoFlags.NONE);
    }

    @Test
    void capabilities_areWhatTheServerShows() throws IOException {
        RigNode node = open(qemu("-f", "raw", image().toString()));

        for (Feature feature :
                List.of(
                        Feature.WRITE,
                        Feature.PARALLEL,
                        Feature.FUA,
                        Feature.ZERO,
                        Feature.FAST_ZERO)) {
            assertTrue(node.capabilities().has(feature), feature::toString);
        }
        assertFalse(node.capabilities().has(Feature.RESIZE));
        assertThrows(BlockException.class, () -> node.truncate(2 * MIB));
    }

    @Test
    void open_ofAReadOnlyExport_isRefusedUnlessThatWillDo() throws Exception {
        Server server = qemu("-r", "-f", "raw", image().toString());

        assertKind(Kind.NOT_PERMITTED, () -> open(server));
        RigNode node =
                rig.opening(new NbdDriver())
                        .options(server.options())
                        .settings(Settings.AUTO_READ_ONLY)
                        .open();
        assertFalse(node.capabilities().has(Feature.WRITE));
        assertArrayEquals(new byte[512], node.read(0, 512));
    }

    @Test
    void open_ofAnExportThatIsNotThere_saysWhatTheServerSaid() throws Exception {
        Server server = qemu("-x", "right", "-f", "raw", image().toString());

        BlockException refused =
                assertThrows(
                        BlockException.class,
                        () ->
                                rig.open(
                                        new NbdDriver(),
                                        server.options(
                                                Map.of("export", "wrong", "open-timeout", "2")),
                                        Map.of()));
        assertEquals(
                "Requested export not available; server said: export 'wrong' not present",
                refused.getMessage());
        RigNode node =
                rig.open(new NbdDriver(), server.options(Map.of("export", "right")), Map.of());
        assertEquals(MIB, node.length());
    }

    @Test
    void reopen_sharesTheConnection_andTheLastFaceEndsIt() throws IOException {
        Server server = nbdkit("--filter=limit", "memory", "1M", "limit=1");
        RigNode node = open(server);
        node.write(0, pattern(512, 7));

        node.reopen(server.options(), Settings.READ_ONLY);
        rig.awaitGrace();

        assertArrayEquals(pattern(512, 7), node.read(0, 512));
    }

    private static void assertKind(Kind kind, Executable call) {
        BlockException refused = assertThrows(BlockException.class, call);
        assertEquals(kind, refused.kind(), refused::toString);
    }

    @Test
    void server_ofTheOldStyle_isServedUnderTheEmptyName() throws Exception {
        Server server = nbdkit("--oldstyle", "memory", "1M");
        RigNode node = open(server);
        assertEquals(1 << 20, node.length());
        node.write(4096, filled(512, 7));
        assertArrayEquals(filled(512, 7), node.read(4096, 512));
        BlockException refused =
                assertThrows(
                        BlockException.class,
                        () ->
                                rig.open(
                                        new NbdDriver(),
                                        server.options(Map.of("export", "x", "open-timeout", "0")),
                                        Map.of()));
        assertEquals("Server does not support non-empty export names", refused.getMessage());
    }

    @Test
    void server_ofTheNewStyleThatIsNotFixed_isServed() throws Exception {
        RigNode node = open(nbdkit("--mask-handshake=0", "memory", "1M"));
        assertEquals(1 << 20, node.length());
        node.write(4096, filled(512, 7));
        assertArrayEquals(filled(512, 7), node.read(4096, 512));
    }

    @Test
    void dirtyBitmap_thatTheServerDoesNotHave_isRefused() throws Exception {
        Server server = nbdkit("memory", "1M");
        open(server); // so that it listens, and is asked once
        Map<String, String> wanted =
                Map.of("x-dirty-bitmap", "qemu:dirty-bitmap:b", "open-timeout", "0");
        BlockException refused =
                assertThrows(
                        BlockException.class,
                        () -> rig.open(new NbdDriver(), server.options(wanted), Map.of()));
        assertEquals("The server does not offer 'qemu:dirty-bitmap:b'", refused.getMessage());
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
