package org.ashlar.tools.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.text.FlagOptions;
import org.ashlar.tools.text.KeyValues;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon whose options are being carried out, one by one, or have been. Confined to the daemon's
 * thread.
 */
final class RunningDaemon implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("daemon");

    private final LayerHost host;
    private final Monitors monitors;
    private final Commands commands;
    private final boolean detached;
    private Optional<PidFile> pidFile = Optional.empty();

    RunningDaemon(LayerHost host, Terminal terminal, Lifetime lifetime, boolean detached) {
        this.host = host;
        this.monitors = new Monitors(host.layer(), terminal, lifetime);
        this.commands = new Commands(host.layer(), lifetime::requestEnd);
        this.detached = detached;
    }

    BlockLayer layer() {
        return host.layer();
    }

    Optional<Path> deployFolder() {
        return host.deployFolder();
    }

    Monitors monitors() {
        return monitors;
    }

    Commands commands() {
        return commands;
    }

    void addNode(String text) throws IOException {
        commands.run("blockdev-add", withoutHelp(KeyValues.parseOrJson(text, "driver")));
    }

    void addExport(String text) throws IOException {
        commands.run("block-export-add", withoutHelp(KeyValues.parseOrJson(text, "type")));
    }

    void startServer(String text) throws IOException {
        commands.run("nbd-server-start", withoutHelp(KeyValues.parseOrJson(text)));
    }

    void startMonitor(String text) throws IOException {
        monitors.start(withoutHelp(KeyValues.parseOrJson(text, "chardev")));
    }

    void addObject(String text) throws IOException {
        commands.run("object-add", withoutHelp(KeyValues.parseOrJson(text, "qom-type")));
    }

    /** Adds a character device and returns the warnings about its notation. */
    List<String> addDevice(String text) throws IOException {
        List<String> warnings = new ArrayList<>();
        Map<String, String> options = FlagOptions.parse(text, "backend", warnings::add);
        monitors.addDevice(options, detached);
        return warnings;
    }

    private static OptionTree withoutHelp(KeyValues given) throws BlockException {
        if (given.help()) {
            throw BlockException.invalid("Help is not available for this option");
        }
        return given.options();
    }

    void writePidFile(Path path) throws IOException {
        pidFile = Optional.of(PidFile.create(path));
    }

    /**
     * Ends clients first, then the layer, everything written and flushed. What fails on the way is
     * logged and holds up nothing.
     */
    @Override
    public void close() {
        monitors.close();
        stopServer();
        host.close();
        try {
            if (pidFile.isPresent()) {
                pidFile.get().close();
            }
        } catch (IOException e) {
            LOG.warn("cannot take the PID file away: {}", e.getMessage());
        }
    }

    /** Takes the server's sockets away; that there is no server is the usual case. */
    private void stopServer() {
        try {
            commands.run("nbd-server-stop", OptionTree.empty());
        } catch (BlockException none) {
            LOG.debug("{}", none.getMessage());
        } catch (IOException e) {
            LOG.warn("the NBD server did not end cleanly: {}", e.getMessage());
        }
    }
}
