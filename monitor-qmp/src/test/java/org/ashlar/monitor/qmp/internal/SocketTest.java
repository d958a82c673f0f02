package org.ashlar.monitor.qmp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.ashlar.monitor.qmp.internal.session.Monitors;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketTest {

    private static final String GREETING = "{\"QMP\": ";

    @TempDir private Path folder;

    private final FakeLayer layer = new FakeLayer();

    private static Map<String, String> socket(Path path, String... more) {
        Map<String, String> device = new LinkedHashMap<>();
        device.put("id", "m");
        device.put("backend", "socket");
        device.put("path", path.toString());
        for (int i = 0; i < more.length; i += 2) {
            device.put(more[i], more[i + 1]);
        }
        return device;
    }

    private static Client client(SocketChannel channel) {
        return new Client(Channels.newInputStream(channel), Channels.newOutputStream(channel));
    }

    private static SocketChannel connect(Path path) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path));
    }

    @Test
    void clients_oneAfterAnother_areEachGreeted() throws Exception {
        Path path = folder.resolve("m.sock");
        try (Bench _ = Bench.of(layer, socket(path, "server", "on", "wait", "off"), false)) {
            try (SocketChannel first = connect(path);
                    SocketChannel second = connect(path)) {
                client(first).negotiate().send("{'execute':'qu");
                first.shutdownOutput();
                Client next = client(second);
                assertTrue(next.line().startsWith(GREETING));
                next.send("{'execute':'qmp_capabilities'}{'execute':'query-jobs'}");
                assertEquals("{\"return\": {}}", next.line());
                assertEquals("{\"return\": []}", next.line());
            }
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void server_overAStaleSocket_takesItsPlace() throws Exception {
        Path path = folder.resolve("m.sock");
        ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        stale.bind(UnixDomainSocketAddress.of(path)).close();
        assertTrue(Files.exists(path));

        try (Bench _ = Bench.of(layer, socket(path, "server", "on", "wait", "off"), false);
                SocketChannel channel = connect(path)) {
            assertTrue(client(channel).line().startsWith(GREETING));
        }
    }

    @Test
    void server_overAFile_isRefusedAndTheFileStays() throws Exception {
        Path path = Files.writeString(folder.resolve("m.sock"), "mine");

        assertThrows(
                BlockException.class,
                () -> Bench.of(layer, socket(path, "server", "on", "wait", "off"), false));
        assertEquals("mine", Files.readString(path));
    }

    @Test
    void server_whereNoFolderIs_isRefusedInTheReferencesWords() {
        Path path = folder.resolve("missing").resolve("m.sock");

        BlockException refused =
                assertThrows(
                        BlockException.class,
                        () -> Bench.of(layer, socket(path, "server", "on"), false));
        assertEquals(
                "Failed to bind socket to " + path + ": No such file or directory",
                refused.getMessage());
    }

    /** The file is there a moment before anybody listens. */
    private static SocketChannel connectOnceListening(Path path, Future<?> starting)
            throws IOException {
        while (true) {
            assertFalse(starting.isDone(), "it waits for nobody");
            try {
                return connect(path);
            } catch (SocketException notYet) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void server_thatWaits_startsWithItsFirstClient() throws Exception {
        Path path = folder.resolve("m.sock");
        CompletableFuture<Bench> starting =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return Bench.of(layer, socket(path, "server", "on"), false);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
        try (SocketChannel channel = connectOnceListening(path, starting);
                Bench _ = starting.get(30, TimeUnit.SECONDS)) {
            assertTrue(client(channel).line().startsWith(GREETING));
        }
    }

    @Test
    void client_thatReconnects_comesBack() throws Exception {
        Path path = folder.resolve("m.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            try (Bench _ = Bench.of(layer, socket(path, "reconnect", "1"), false)) {
                try (SocketChannel first = server.accept()) {
                    assertTrue(client(first).line().startsWith(GREETING));
                }
                try (SocketChannel again = server.accept()) {
                    assertTrue(client(again).line().startsWith(GREETING));
                }
            }
        }
    }

    @Test
    void client_withoutServer_isRefusedInTheReferencesWords() {
        Path path = folder.resolve("m.sock");

        BlockException refused =
                assertThrows(BlockException.class, () -> Bench.of(layer, socket(path), false));
        assertEquals(
                "Failed to connect to '" + path + "': No such file or directory",
                refused.getMessage());
    }

    @Test
    void server_onTcp_greets() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Map<String, String> device =
                Map.of(
                        "id", "m",
                        "backend", "socket",
                        "host", "127.0.0.1",
                        "port", Integer.toString(port),
                        "server", "on",
                        "wait", "off");
        try (Bench _ = Bench.of(layer, device, false);
                SocketChannel channel =
                        SocketChannel.open(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            Client client = client(channel).negotiate();
            client.send("{'execute':'query-chardev'}");
            assertTrue(client.line().startsWith("{\"return\": ["));
        }
    }

    @Test
    void check_descriptions_inTheReferencesWords() {
        assertEquals("chardev: no id specified", refusal(Map.of("backend", "stdio")));
        assertEquals(
                "'bogus' is not a valid char driver name",
                refusal(Map.of("backend", "bogus", "id", "a")));
        assertEquals(
                "Invalid parameter 'bogus'",
                refusal(Map.of("backend", "stdio", "id", "a", "bogus", "1")));
        assertEquals(
                "chardev: socket: no port given",
                refusal(Map.of("backend", "socket", "id", "a", "host", "localhost")));
        assertEquals(
                "None or one of 'path', 'fd' or 'host' option required.",
                refusal(Map.of("backend", "socket", "id", "a", "path", "/x", "host", "a")));
        assertEquals(
                "'wait' option is incompatible with socket in client connect mode",
                refusal(Map.of("backend", "socket", "id", "a", "path", "/x", "wait", "off")));
        assertEquals(
                "'reconnect' option is incompatible with socket in server listen mode",
                refusal(
                        Map.of(
                                "backend",
                                "socket",
                                "id",
                                "a",
                                "path",
                                "/x",
                                "server",
                                "on",
                                "reconnect",
                                "1")));
        assertEquals(
                "Parameter 'server' expects 'on' or 'off'",
                refusal(Map.of("backend", "socket", "id", "a", "path", "/x", "server", "maybe")));
    }

    private static String refusal(Map<String, String> device) {
        return assertThrows(
                        BlockException.class,
                        () -> new QmpDriver(new Monitors()).check(OptionTree.dotted(device)))
                .getMessage();
    }
}
