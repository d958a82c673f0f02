package org.ashlar.exports.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Engaged;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands and the export's options, as users give them. */
final class CommandsTest {
    private static final OptionTree NONE = OptionTree.empty();

    @Test
    void plugin_isFoundAndContributes() {
        Plugin plugin =
                ServiceLoader.load(Plugin.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(NbdPlugin.class::isInstance)
                        .findFirst()
                        .orElseThrow();
        assertEquals("nbd", plugin.exports().getFirst().type());
        assertEquals(
                List.of(
                        "nbd-server-start",
                        "nbd-server-stop",
                        "nbd-server-add",
                        "nbd-server-remove"),
                plugin.commands().stream().map(MonitorCommand::name).toList());
    }

    /** Another version would know nothing of the server. */
    @Test
    void plugin_whileItsServerRuns_isEngaged(@TempDir Path folder) throws IOException {
        NbdService service = new NbdService();
        FakeLayer layer = layer(service);
        List<Engaged> parts =
                List.of(
                        new NbdExportDriver(service),
                        new ServerStartCommand(service),
                        new ServerStopCommand(service));
        assertTrue(parts.stream().noneMatch(Engaged::isEngaged));
        Map<String, Object> address =
                Map.of("type", "unix", "path", folder.resolve("s").toString());
        layer.run(new ServerStartCommand(service), OptionTree.typed(Map.of("addr", address)));
        assertTrue(parts.stream().allMatch(Engaged::isEngaged));
        layer.run(new ServerStopCommand(service), NONE);
        assertTrue(parts.stream().noneMatch(Engaged::isEngaged));
    }

    @Test
    void start_refusesAddressesThatCannotBe() throws IOException {
        NbdService service = new NbdService();
        FakeLayer layer = layer(service);
        ServerStartCommand start = new ServerStartCommand(service);
        refused(
                layer,
                start,
                Map.of("addr.type", "inet", "addr.host", "h", "addr.port", "x"),
                "address resolution failed for h:x: Servname not supported for ai_socktype");
        Map<String, String> numbered =
                Map.of("addr.type", "inet", "addr.host", "127.0.0.1", "addr.port", "0");
        refused(
                layer,
                start,
                with(with(numbered, "addr.ipv4", "off"), "addr.ipv6", "off"),
                "Cannot disable IPv4 and IPv6 at same time");
        refused(
                layer,
                start,
                with(numbered, "addr.ipv6", "on"),
                "address resolution failed for 127.0.0.1:0:"
                        + " Address family for hostname not supported");
        refused(
                layer,
                start,
                with(numbered, "addr.to", "65536"),
                "Parameter 'to' expects uint16_t");
        refused(
                layer,
                start,
                Map.of("addr.type", "unix", "addr.path", "/tmp/" + "x".repeat(120)),
                "UNIX socket path '/tmp/" + "x".repeat(120) + "' is too long");
        assertTrue(service.server().isEmpty());
    }

    @Test
    void start_refusesWhatItCannotDo(@TempDir Path folder) throws IOException {
        NbdService service = new NbdService();
        FakeLayer layer = layer(service);
        ServerStartCommand start = new ServerStartCommand(service);
        Map<String, String> unix =
                Map.of("addr.type", "unix", "addr.path", folder.resolve("s").toString());
        refused(layer, start, Map.of(), "Parameter 'addr.type' is missing");
        refused(
                layer,
                start,
                Map.of("addr.type", "carrier"),
                "Parameter 'addr.type' does not accept value 'carrier'");
        refused(layer, start, Map.of("addr.type", "unix"), "Parameter 'addr.path' is missing");
        refused(
                layer,
                start,
                Map.of("addr.type", "inet", "addr.host", ""),
                "Parameter 'addr.port' is missing");
        refused(
                layer,
                start,
                Map.of("addr.type", "inet", "addr.host", "", "addr.port", "70000"),
                "port '70000' is not in 0..65535");
        refused(
                layer,
                start,
                Map.of("addr.type", "vsock", "addr.cid", "1", "addr.port", "1"),
                "socket family AF_VSOCK unsupported");
        refused(
                layer,
                start,
                Map.of("addr.type", "fd", "addr.str", "5"),
                "only QEMU supports file descriptor passing");
        refused(
                layer,
                start,
                with(unix, "addr.abstract", "on"),
                "'addr.abstract' is not supported");
        refused(
                layer,
                start,
                with(
                        Map.of("addr.type", "inet", "addr.host", "", "addr.port", "0"),
                        "addr.mptcp",
                        "on"),
                "'addr.mptcp' is not supported");
        refused(layer, start, with(unix, "tls-creds", "tls0"), "No TLS credentials with id 'tls0'");
        refused(
                layer,
                start,
                with(unix, "max-connections", "-1"),
                "Parameter 'max-connections' expects uint32_t");
        assertTrue(service.server().isEmpty());
    }

    @Test
    void start_withALoopbackPort_listensAtBothAddresses(@TempDir Path folder) throws Exception {
        NbdService service = new NbdService();
        FakeLayer layer = layer(service);
        Path path = folder.resolve("s");
        OptionTree arguments =
                OptionTree.dotted(
                        Map.of(
                                "addr.type", "unix",
                                "addr.path", path.toString(),
                                "loopback-port", "0"));
        layer.run(new ServerStartCommand(service), arguments);
        List<Map<?, ?>> started =
                List.of(
                        (Map<?, ?>) layer.nextEvent().data().get("addr"),
                        (Map<?, ?>) layer.nextEvent().data().get("addr"));
        assertEquals(List.of("unix", "inet"), started.stream().map(at -> at.get("type")).toList());
        int port = Integer.parseInt(String.valueOf(started.getLast().get("port")));
        for (SocketAddress address :
                List.of(
                        UnixDomainSocketAddress.of(path),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            try (SocketChannel client = SocketChannel.open(address)) {
                ByteBuffer magic = ByteBuffer.allocate(8);
                while (magic.hasRemaining() && client.read(magic) >= 0) {}
                assertEquals("NBDMAGIC", new String(magic.array(), StandardCharsets.US_ASCII));
            }
        }
        layer.run(new ServerStopCommand(service), NONE);
        assertThrows(
                IOException.class,
                () ->
                        SocketChannel.open(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        assertTrue(Files.notExists(path));
    }

    /** As qemu-nbd says it. */
    @Test
    void start_whereItCannotListen_saysWhy() throws IOException {
        NbdService service = new NbdService();
        FakeLayer layer = layer(service);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused(
                    layer,
                    new ServerStartCommand(service),
                    inet("127.0.0.1", taken.getLocalPort()),
                    "Failed to find an available port: Address already in use");
        }
        refused(
                layer,
                new ServerStartCommand(service),
                inet("192.0.2.1", 1),
                "Failed to bind socket: Cannot assign requested address");
        refused(
                layer,
                new ServerStartCommand(service),
                inet("host.invalid", 1),
                "address resolution failed for host.invalid:1: Name or service not known");
    }

    private static Map<String, String> inet(String host, int port) {
        return Map.of("addr.type", "inet", "addr.host", host, "addr.port", Integer.toString(port));
    }

    @Test
    void start_doesNotReplaceAFile_butReplacesASocket(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        NbdService service = new NbdService();
        FakeLayer layer = layer(service);
        OptionTree arguments =
                OptionTree.dotted(Map.of("addr.type", "unix", "addr.path", path.toString()));
        Files.writeString(path, "precious");
        BlockException inTheWay =
                assertThrows(
                        BlockException.class,
                        () -> layer.run(new ServerStartCommand(service), arguments));
        assertTrue(inTheWay.getMessage().startsWith("Failed to bind socket to " + path));
        assertEquals("precious", Files.readString(path));
        Files.delete(path);
        try (var stale =
                java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            stale.bind(java.net.UnixDomainSocketAddress.of(path));
        }
        layer.run(new ServerStartCommand(service), arguments);
        layer.run(new ServerStopCommand(service), NONE);
        assertTrue(Files.notExists(path));
    }

    @Test
    void server_isOne_andExportsNeedIt() throws IOException {
        NbdService idle = new NbdService();
        FakeLayer layer = layer(idle);
        refused(layer, new ServerStopCommand(idle), Map.of(), "NBD server not running");
        try (Fixture fixture = Fixture.writable()) {
            refused(
                    fixture.layer,
                    new ServerStartCommand(fixture.service),
                    Map.of("addr.type", "unix", "addr.path", "/nowhere/s"),
                    "NBD server already running");
            assertEquals(
                    "NBD server already has export named ''",
                    assertThrows(BlockException.class, () -> fixture.export("", false, Map.of()))
                            .getMessage());
        }
        try (Fixture fixture = new Fixture(1 << 20, 0, Map.of())) {
            fixture.layer.run(new ServerStopCommand(fixture.service), NONE);
            assertEquals(
                    "NBD server not running",
                    assertThrows(BlockException.class, () -> fixture.export("", false, Map.of()))
                            .getMessage());
        }
    }

    @Test
    void export_refusesBitmapsByName_andNamesThatAreTooLong() throws IOException {
        try (Fixture fixture = new Fixture(1 << 20, 0, Map.of())) {
            BlockException bitmap =
                    assertThrows(
                            BlockException.class,
                            () -> fixture.export("a", false, Map.of("bitmaps", List.of("b0"))));
            assertEquals("Bitmap 'b0' is not found", bitmap.getMessage());
            BlockException ofNode =
                    assertThrows(
                            BlockException.class,
                            () ->
                                    fixture.export(
                                            "a",
                                            false,
                                            Map.of(
                                                    "bitmaps",
                                                    List.of(Map.of("node", "n", "name", "b1")))));
            assertEquals("Bitmap 'b1' is not found", ofNode.getMessage());
            assertThrows(
                    BlockException.class, () -> fixture.export("x".repeat(4097), false, Map.of()));
            fixture.export("x".repeat(4096), false, Map.of());
            try (WireClient client = fixture.connect()) {
                client.hello(3).go("x".repeat(4096));
            }
        }
    }

    @Test
    void remove_isSafeUnlessTold() throws Exception {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin("simple")) {
            fixture.layer.nextEvent();
            assertEquals("NBD_CLIENT_CONNECTED", fixture.layer.nextEvent().name());
            ServerRemoveCommand remove = new ServerRemoveCommand();
            refused(fixture.layer, remove, Map.of("name", "other"), "Export 'other' is not found");
            refused(fixture.layer, remove, Map.of("name", "id-"), "export 'id-' still in use");
            fixture.layer.run(remove, OptionTree.dotted(Map.of("name", "id-", "mode", "hard")));
            assertTrue(client.hungUp());
        }
    }

    private static FakeLayer layer(NbdService service) {
        return new FakeLayer(
                new NbdExportDriver(service),
                (org.ashlar.spi.source.RequestSource)
                        java.lang.reflect.Proxy.newProxyInstance(
                                CommandsTest.class.getClassLoader(),
                                new Class<?>[] {org.ashlar.spi.source.RequestSource.class},
                                (_, method, _) -> {
                                    throw new AssertionError(method);
                                }));
    }

    private static Map<String, String> with(Map<String, String> map, String key, String value) {
        Map<String, String> copy = new java.util.HashMap<>(map);
        copy.put(key, value);
        return copy;
    }

    private static void refused(
            FakeLayer layer, MonitorCommand command, Map<String, String> given, String message) {
        BlockException refusal =
                assertThrows(
                        BlockException.class, () -> layer.run(command, OptionTree.dotted(given)));
        assertEquals(message, refusal.getMessage());
    }
}
