package org.ashlar.tools.nbd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Events.Subscription;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.daemon.Commands;
import org.ashlar.tools.daemon.Lifetime;
import org.ashlar.tools.image.Session;

/** Serves one image until it is asked to end or, unless told to stay, its last client has left. */
final class ImageServer {
    private static final String EXPORT = "image";

    private final NbdOptions options;
    private final Terminal terminal;

    ImageServer(NbdOptions options, Terminal terminal) {
        this.options = options;
        this.terminal = terminal;
    }

    /** What is done once clients may come. */
    @FunctionalInterface
    interface Ready {
        void run() throws ToolFailure;
    }

    /** Serves; returns once all is written and closed. */
    void run(Lifetime lifetime, Ready ready) throws ToolFailure, IOException {
        try (Session session = Session.startServing(terminal)) {
            Commands commands = new Commands(session.layer(), lifetime::requestEnd);
            try (Subscription _ = session.layer().events().subscribe(e -> heard(e, lifetime))) {
                String node = open(session);
                commands.run("nbd-server-start", serverOptions());
                export(session, node);
                writePid();
                ready.run();
                lifetime.awaitEndRequest();
                commands.run("nbd-server-stop", OptionTree.empty());
            }
        } finally {
            lifetime.ended(0);
        }
    }

    private void heard(Event event, Lifetime lifetime) {
        boolean left =
                event.name().equals("NBD_CLIENT_DISCONNECTED")
                        && Long.valueOf(0).equals(asLong(event.data().get("clients")));
        if (left && !options.persistent) {
            lifetime.requestEnd();
        }
    }

    private static Long asLong(@org.jspecify.annotations.Nullable Object number) {
        return number instanceof Number value ? value.longValue() : -1L;
    }

    private String open(Session session) throws ToolFailure, IOException {
        String node;
        try {
            node = session.add(options.image(), options.access());
        } catch (IOException failed) {
            throw ToolFailure.of(
                    "Failed to blk_new_open '"
                            + options.image().text()
                            + "': "
                            + failed.getMessage());
        }
        return options.offset == 0 ? node : session.layer().add(window(node));
    }

    private OptionTree window(String node) {
        Map<String, Object> raw = new LinkedHashMap<>();
        raw.put("driver", "raw");
        raw.put("offset", options.offset);
        raw.put("file", node);
        raw.put("read-only", options.readOnly);
        return OptionTree.typed(raw);
    }

    private OptionTree serverOptions() {
        Map<String, Object> address = new LinkedHashMap<>();
        if (options.socket.isPresent()) {
            address.put("type", "unix");
            address.put("path", options.socket.get());
        } else {
            address.put("type", "inet");
            address.put("host", options.bind);
            address.put("port", options.port);
        }
        return OptionTree.typed(
                Map.of(
                        "addr",
                        address,
                        "max-connections",
                        (long) options.shared,
                        "await-export",
                        true));
    }

    private void export(Session session, String node) throws IOException {
        Map<String, Object> export = new LinkedHashMap<>();
        export.put("name", options.exportName);
        options.description.ifPresent(text -> export.put("description", text));
        export.put("allocation-depth", options.allocationDepth);
        session.layer()
                .exports()
                .add(
                        new ExportSettings(
                                "nbd", EXPORT, node, !options.readOnly, options.isWritethrough()),
                        OptionTree.typed(export));
    }

    private void writePid() throws IOException {
        if (options.pidFile.isPresent()) {
            String file = options.pidFile.get();
            try {
                Files.writeString(Path.of(file), ProcessHandle.current().pid() + "\n");
            } catch (IOException failed) {
                throw new BlockException(
                        BlockException.Kind.NOT_FOUND,
                        "Could not create '" + file + "': No such file or directory",
                        failed);
            }
        }
    }
}
