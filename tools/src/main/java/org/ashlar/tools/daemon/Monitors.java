package org.ashlar.tools.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.control.MonitorDriver.Monitor;
import org.ashlar.spi.control.MonitorRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.ashlar.tools.Terminal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The character devices and monitors of a command line. Confined to the daemon's thread. A device
 * is opened by the monitor that uses it.
 */
final class Monitors implements AutoCloseable {

    /** What a monitor speaks. */
    enum Mode {
        CONTROL,
        READLINE
    }

    private static final Logger LOG = LoggerFactory.getLogger("daemon");

    private static final Option<String> CHARDEV = Option.text("chardev").required();
    private static final Option<String> ID = Option.text("id");
    private static final Option<Mode> MODE = Option.choice("mode", Mode.class).orElse(Mode.CONTROL);
    private static final Option<Boolean> PRETTY = Option.bool("pretty").orElse(false);

    private final BlockLayer layer;
    private final Terminal terminal;
    private final Lifetime lifetime;
    private final Map<String, OptionTree> devices = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private final List<Monitor> running = new ArrayList<>();

    Monitors(BlockLayer layer, Terminal terminal, Lifetime lifetime) {
        this.layer = layer;
        this.terminal = terminal;
        this.lifetime = lifetime;
    }

    /**
     * Adds a character device.
     *
     * @param detached whether the program has no standard input and output of its own
     */
    void addDevice(Map<String, String> options, boolean detached) throws IOException {
        OptionTree device = OptionTree.dotted(options);
        driver().check(device);
        String id = options.getOrDefault("id", "");
        if (devices.containsKey(id)) {
            throw BlockException.invalid(
                    "attempt to add duplicate property '" + id + "' to object (type 'container')");
        }
        if (isStandard(device)) {
            if (detached) {
                throw BlockException.invalid("cannot use stdio with -daemonize");
            }
            if (devices.values().stream().anyMatch(Monitors::isStandard)) {
                throw BlockException.invalid("cannot use stdio by multiple character devices");
            }
        }
        devices.put(id, device);
    }

    private static boolean isStandard(OptionTree device) {
        return device.text("backend").filter("stdio"::equals).isPresent();
    }

    /** Starts a monitor on a device added before. */
    void start(OptionTree options) throws IOException {
        OptionValues values = OptionValues.check(List.of(CHARDEV, ID, MODE, PRETTY), options);
        String id = values.get(CHARDEV);
        OptionTree device = devices.get(id);
        if (device == null) {
            throw BlockException.invalid("chardev \"" + id + "\" not found");
        }
        if (values.get(MODE) != Mode.CONTROL) {
            throw BlockException.invalid("Only QMP is supported");
        }
        if (!used.add(id)) {
            throw new BlockException(Kind.BUSY, "Device '" + id + "' is in use");
        }
        start(device, values.get(PRETTY));
    }

    /** Starts a monitor on a device of its own. */
    void start(OptionTree device, boolean pretty) throws IOException {
        running.add(driver().start(new Request(layer, device, pretty, terminal, lifetime)));
    }

    private MonitorDriver driver() throws BlockException {
        String mode = Option.textOf(Mode.CONTROL);
        return layer.drivers().monitors().stream()
                .filter(driver -> driver.mode().equals(mode))
                .findFirst()
                .orElseThrow(() ->
                        new BlockException(
                                Kind.UNSUPPORTED, "there is no monitor of mode " + mode));
    }

    @Override
    public void close() {
        for (Monitor monitor : running.reversed()) {
            try {
                monitor.close();
            } catch (RuntimeException e) {
                LOG.error("a monitor did not end cleanly", e);
            }
        }
        running.clear();
    }

    private record Request(
            BlockLayer layer,
            OptionTree chardev,
            boolean pretty,
            Terminal terminal,
            Lifetime lifetime)
            implements MonitorRequest {

        @Override
        public InputStream standardInput() {
            return terminal.in();
        }

        @Override
        public OutputStream standardOutput() {
            return terminal.out();
        }

        @Override
        public void requestShutdown() {
            lifetime.requestEnd();
        }
    }
}
