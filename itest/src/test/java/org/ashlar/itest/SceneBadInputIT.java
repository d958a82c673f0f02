package org.ashlar.itest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.NbdClient;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.QmpException;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scene 5: bad input from the command line, the monitor, images and clients: one clear line each,
 * the reference's wherever it has one, and nothing left open.
 */
class SceneBadInputIT {
    /** Offset of the incompatible features in a qcow2 header, big-endian; bit 40 means nothing. */
    private static final int INCOMPATIBLE_FEATURES = 72;

    private static final long UNKNOWN_BIT = 1L << 40;

    @TempDir private Path folder;
    private Path sockets;
    private DaemonProcess daemon;
    private QmpClient monitor;

    @BeforeEach
    void startDaemon() {
        sockets = folder.resolve("sockets");
        daemon = DaemonProcess.start(Product.daemon(), sockets);
        monitor = daemon.monitor();
    }

    @AfterEach
    void endDaemon() {
        try (DaemonProcess ended = daemon) {
            monitor.close();
            assertEquals(0, ended.terminate(), ended::log);
        }
    }

    @Test
    void unknownDriver_isRefused() {
        assertRefused(
                "Parameter 'driver' does not accept value 'nosuch'",
                QmpClient.object("driver", "nosuch", "node-name", "disk"));
    }

    @Test
    void missingFile_isRefused() {
        Path missing = folder.resolve("missing.raw");
        assertRefused(
                "Could not open '" + missing + "': No such file or directory",
                QmpClient.object(
                        "driver", "file", "node-name", "disk", "filename", missing.toString()));
    }

    @Test
    void badOption_isRefused() {
        assertRefused(
                "Parameter 'nosuch' is unexpected",
                QmpClient.object("driver", "null-co", "node-name", "disk", "nosuch", "1"));
    }

    @Test
    void truncatedHeader_isRefused() throws IOException {
        Path image = make("short.qcow2");
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
            channel.truncate(50);
        }
        assertRefused("qcow2 header too short", qcow2(image));
    }

    @Test
    void wrongMagic_isRefused() throws IOException {
        Path image = Files.write(folder.resolve("wrong.qcow2"), new byte[1 << 20]);
        assertRefused("Image is not in qcow2 format", qcow2(image));
    }

    @Test
    void unknownIncompatibleFeature_isRefused() throws IOException {
        Path image = make("feature.qcow2");
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
            channel.write(
                    ByteBuffer.allocate(8).putLong(UNKNOWN_BIT).flip(), INCOMPATIBLE_FEATURES);
        }
        assertRefused(
                "Unsupported qcow2 feature(s): Unknown incompatible feature: "
                        + Long.toHexString(UNKNOWN_BIT),
                qcow2(image));
    }

    @Test
    void backingLoop_isRefused() {
        Path first = make("first.qcow2");
        Path second = folder.resolve("second.qcow2");
        Tools.run("qemu-img", "create", "-f", "qcow2", "-b", first, "-F", "qcow2", second);
        Tools.run("qemu-img", "rebase", "-u", "-b", second, "-F", "qcow2", first);

        QmpException refused = monitor.executeRefused("blockdev-add", members(qcow2(first)));

        assertTrue(
                refused.getMessage().startsWith("Could not open backing file: "),
                refused::getMessage);
        assertEquals(1, refused.getMessage().lines().count(), refused::getMessage);
        assertNothingOpen();
    }

    @Test
    void nodeUsedTwiceForWriting_isRefused() {
        Path image = make("image.qcow2");
        monitor.execute(
                "blockdev-add", "driver", "file", "node-name", "f", "filename", image.toString());
        monitor.execute("blockdev-add", "driver", "qcow2", "node-name", "a", "file", "f");

        QmpException refused =
                monitor.executeRefused(
                        "blockdev-add", "driver", "qcow2", "node-name", "b", "file", "f");

        assertEquals(
                "Permission conflict on node 'f': permissions 'write, resize' are both required by"
                        + " node 'a' (uses node 'f' as 'file' child) and unshared by node 'b' (uses"
                        + " node 'f' as 'file' child).",
                refused.getMessage());
        monitor.execute("blockdev-del", "node-name", "a");
        monitor.execute("blockdev-del", "node-name", "f");
        assertNothingOpen();
    }

    @Test
    void badLineOnTheMonitor_isAnsweredAndTheNextOneCarriedOut() {
        monitor.sendLine("{ \"execute\": }");

        JsonNode error = monitor.answer().path("error");
        assertEquals("GenericError", error.path("class").asText());
        assertTrue(error.path("desc").asText().startsWith("JSON parse error"), error::toString);
        assertTrue(monitor.execute("query-version").has("qemu"));
        assertEquals("CommandNotFound", monitor.executeRefused("nosuch").errorClass());
    }

    @Test
    void clientThatSendsGarbage_losesItsConnectionAlone() throws IOException {
        monitor.execute("blockdev-add", "driver", "null-co", "node-name", "disk", "size", 1 << 20);
        monitor.execute("block-export-add", "type", "nbd", "id", "e", "node-name", "disk");
        try (NbdClient other = NbdClient.connect(daemon.nbdSocket(), "disk")) {
            assertDisconnects("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(8));
            assertDisconnects("\0\0\0\3IHAVEOPT\0\0\0\7\177\377\377\377");

            assertEquals(512, other.read(0, 512).length);
        }
        try (NbdClient next = NbdClient.connect(daemon.nbdSocket(), "disk")) {
            assertEquals(1 << 20, next.size());
        }
    }

    private void assertDisconnects(String garbage) throws IOException {
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(daemon.nbdSocket()))) {
            channel.write(ByteBuffer.wrap(garbage.getBytes(UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(1 << 16);
            while (channel.read(answer) >= 0) {
                answer.clear();
            }
        } catch (IOException reset) {
            // A server that closes before it has read everything resets the connection.
        }
    }

    private Path make(String name) {
        Path image = folder.resolve(name);
        Tools.run("qemu-img", "create", "-f", "qcow2", image, "1M");
        return image;
    }

    private static ObjectNode qcow2(Path image) {
        return QmpClient.object(
                "driver",
                "qcow2",
                "node-name",
                "disk",
                "file",
                QmpClient.object("driver", "file", "filename", image.toString()));
    }

    /**
     * The same refusal from the monitor and, with the option that it is about, from the program.
     */
    private void assertRefused(String message, ObjectNode options) {
        QmpException refused = monitor.executeRefused("blockdev-add", members(options));
        assertEquals("GenericError", refused.errorClass());
        assertEquals(message, refused.getMessage());
        assertNothingOpen();
        try (DaemonProcess program =
                DaemonProcess.launch(
                        Product.daemon(),
                        folder.resolve("refused"),
                        "--blockdev",
                        options.toString())) {
            assertEquals(1, program.awaitExit(), program::log);
            assertTrue(
                    program.log().endsWith(": --blockdev " + options + ": " + message + "\n"),
                    program::log);
            assertEquals(1, program.log().lines().count(), program::log);
        }
    }

    private static Object[] members(ObjectNode options) {
        return options.properties().stream()
                .flatMap(member -> List.of(member.getKey(), (Object) member.getValue()).stream())
                .toArray();
    }

    private void assertNothingOpen() {
        assertEquals(0, monitor.execute("query-named-block-nodes").size());
        List<Path> left;
        try {
            left =
                    daemon.openFiles().stream()
                            .filter(file -> file.startsWith(folder) && !file.startsWith(sockets))
                            .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertEquals(List.of(), left);
    }
}
