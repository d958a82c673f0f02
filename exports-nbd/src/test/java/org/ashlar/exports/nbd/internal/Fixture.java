package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigSource;

/**
 * A running server on a unix socket over a disk in memory, made through the plugin's own commands;
 * closing it fails if a request, an admission or a buffer is left. Confined to the test's thread.
 */
final class Fixture implements AutoCloseable {
    final SelectiveNode node;
    final Rig rig = new Rig();
    final RigSource source;
    final NbdService service = new NbdService();
    final FakeLayer layer;
    private final Path folder;

    /** Serves {@code length} bytes; requests at and past {@code slowFrom} have to wait. */
    Fixture(long length, long slowFrom, Map<String, Object> serverOptions) throws IOException {
        node = new SelectiveNode(new MemoryNode(length), slowFrom);
        source = rig.source(rig.open(new Given(node), OptionTree.empty(), Map.of()));
        layer = new FakeLayer(new NbdExportDriver(service), source);
        folder = Files.createTempDirectory("nbd");
        Map<String, Object> arguments = new LinkedHashMap<>(serverOptions);
        arguments.putIfAbsent("addr", Map.of("type", "unix", "path", socket().toString()));
        layer.run(new ServerStartCommand(service), OptionTree.typed(arguments));
    }

    /** Serves 64 MiB of memory, writable, as the default export. */
    static Fixture writable() throws IOException {
        Fixture fixture = new Fixture(64L << 20, Long.MAX_VALUE, Map.of());
        fixture.export("", true, Map.of());
        return fixture;
    }

    /** Serves 64 MiB of which requests from {@code slowFrom} wait, writable, as the default. */
    static Fixture slow(long slowFrom) throws IOException {
        Fixture fixture = new Fixture(64L << 20, slowFrom, Map.of());
        fixture.export("", true, Map.of());
        return fixture;
    }

    void export(String name, boolean writable, Map<String, Object> more) throws IOException {
        Map<String, Object> options = new LinkedHashMap<>(more);
        options.put("name", name);
        layer.exports()
                .add(
                        new ExportSettings("nbd", "id-" + name, "disk", writable, false),
                        OptionTree.typed(options));
    }

    Path socket() {
        return folder.resolve("s");
    }

    String uri(String export) {
        return "nbd+unix:///" + export + "?socket=" + socket();
    }

    SocketAddress address() {
        return service.server().orElseThrow().bound();
    }

    WireClient connect() throws IOException {
        return WireClient.connect(address());
    }

    @Override
    public void close() throws IOException {
        node.release();
        if (service.server().isPresent()) {
            layer.run(new ServerStopCommand(service), OptionTree.empty());
        }
        if (source.admitted() != 0) {
            throw new AssertionError(source.admitted() + " admissions left");
        }
        source.close();
        rig.close();
        Files.deleteIfExists(socket());
        Files.delete(folder);
    }

    private record Given(BlockNode node) implements BlockDriver {
        @Override
        public String name() {
            return "given";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.PROTOCOL;
        }

        @Override
        public BlockNode open(OpenRequest request) {
            return node;
        }
    }
}
