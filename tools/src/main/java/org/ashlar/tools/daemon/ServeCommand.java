package org.ashlar.tools.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tools.Command;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;

/**
 * The command {@code serve}: opens an image, or makes a sample, serves it over NBD on a unix socket
 * and on loopback TCP, with a QMP monitor beside it, and says how to connect. Immutable.
 */
public final class ServeCommand implements Command {

    /** The name of the node, of the export and of what clients ask for. */
    static final String DISK = "disk";

    private static final String SERVER_STARTED = "NBD_SERVER_STARTED";
    private static final long START_SECONDS = 10;

    private final LayerHost.Opener opener;
    private final Lifetime lifetime;

    /** Makes a server that ends when its process is told to by a signal. */
    public ServeCommand(LayerHost.Opener opener) {
        this(opener, Lifetime.ofProcess());
    }

    ServeCommand(LayerHost.Opener opener, Lifetime lifetime) {
        this.opener = opener;
        this.lifetime = lifetime;
    }

    @Override
    public int run(List<String> args, Terminal terminal) {
        int code = 1;
        try {
            ServeOptions options = ServeOptions.parse(args);
            if (options.help()) {
                ServeText.printHelp(terminal);
            } else {
                serve(options, terminal);
            }
            code = 0;
        } catch (ToolFailure failure) {
            failure.print(terminal);
            code = failure.exitCode();
        } catch (IOException e) {
            terminal.error(String.valueOf(e.getMessage()));
        } finally {
            terminal.flush();
            lifetime.ended(code);
        }
        return code;
    }

    private void serve(ServeOptions options, Terminal terminal) throws IOException, ToolFailure {
        try (RuntimeFolder folder = RuntimeFolder.create();
                RunningDaemon daemon =
                        new RunningDaemon(opener.open(), terminal, lifetime, false)) {
            openDisk(options, daemon.layer(), folder, terminal);
            Path socket = options.socket().orElse(folder.path().resolve("nbd.sock"));
            int port = startExport(options, socket, daemon);
            Path monitor = folder.path().resolve("qmp.sock");
            daemon.monitors().start(monitor(monitor), false);
            NodeInfo disk = daemon.layer().graph().node(DISK);
            ServeText.print(
                    terminal,
                    new ServeText.Served(
                            options.image().orElse("a sample: an overlay on a base"),
                            disk.driver(),
                            isWritable(options),
                            socket,
                            port,
                            monitor,
                            daemon.deployFolder()));
            terminal.flush();
            lifetime.awaitEndRequest();
        }
    }

    private static boolean isWritable(ServeOptions options) {
        return options.writable() || options.image().isEmpty();
    }

    private static void openDisk(
            ServeOptions options, BlockLayer layer, RuntimeFolder folder, Terminal terminal)
            throws IOException {
        Map<String, Object> node = new LinkedHashMap<>();
        if (options.image().isPresent()) {
            options.format().ifPresent(format -> node.put("driver", format));
            node.put("filename", options.image().get());
        } else {
            node.put("driver", "qcow2");
            node.put("filename", new Sample(layer, folder.path()).create().toString());
        }
        node.put("node-name", DISK);
        node.put("read-only", !isWritable(options));
        node.put("discard", "unmap");
        layer.add(OptionTree.typed(node));
        if (options.image().isPresent() && options.format().isEmpty()) {
            String found = layer.graph().node(DISK).driver();
            terminal.warning(
                    "the format of '"
                            + options.image().get()
                            + "' was found out by its first bytes, which whoever may write to it"
                            + " can choose; say '-f "
                            + found
                            + "' if that is what it is");
        }
    }

    /** Starts the server on both addresses, and the export in it; returns the port. */
    private static int startExport(ServeOptions options, Path socket, RunningDaemon daemon)
            throws IOException, ToolFailure {
        BlockingQueue<Map<?, ?>> started = new LinkedBlockingQueue<>();
        try (Events.Subscription _ =
                daemon.layer()
                        .events()
                        .subscribe(event -> {
                            if (event.name().equals(SERVER_STARTED)
                                    && event.data().get("addr") instanceof Map<?, ?> address
                                    && "inet".equals(address.get("type"))) {
                                started.add(address);
                            }
                        })) {
            daemon.commands().run("nbd-server-start", server(options, socket));
            daemon.commands().run("block-export-add", export(options));
            Map<?, ?> address = started.poll(START_SECONDS, TimeUnit.SECONDS);
            if (address == null) {
                throw ToolFailure.of("the NBD server did not say at which port it listens");
            }
            return Integer.parseInt(String.valueOf(address.get("port")));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ToolFailure.of("interrupted");
        }
    }

    private static OptionTree server(ServeOptions options, Path socket) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("addr", Map.of("type", "unix", "path", socket.toString()));
        arguments.put("loopback-port", options.port());
        arguments.put("await-export", true);
        return OptionTree.typed(arguments);
    }

    private static OptionTree export(ServeOptions options) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("type", "nbd");
        arguments.put("id", DISK);
        arguments.put("node-name", DISK);
        arguments.put("name", DISK);
        arguments.put("writable", isWritable(options));
        return OptionTree.typed(arguments);
    }

    private static OptionTree monitor(Path socket) {
        return OptionTree.dotted(
                Map.of(
                        "backend",
                        "socket",
                        "id",
                        "qmp",
                        "path",
                        socket.toString(),
                        "server",
                        "on",
                        "wait",
                        "off"));
    }
}
