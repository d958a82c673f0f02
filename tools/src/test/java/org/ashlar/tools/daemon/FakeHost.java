package org.ashlar.tools.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Exports;
import org.ashlar.spi.control.Jobs;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.control.MonitorRequest;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;

/**
 * A host whose layer records what it is asked to do and has no nodes. Its monitors check devices as
 * the real ones do, and run nothing. Thread-safe.
 */
class FakeHost implements LayerHost, BlockLayer, Events {

    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<MonitorRequest> monitors = new CopyOnWriteArrayList<>();
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

    /** The names of commands that fail. */
    final List<String> failing = new CopyOnWriteArrayList<>();

    /** Run when a monitor is started. */
    volatile Runnable onMonitor = () -> {};

    /** A command that is recorded. */
    private final class Recorded implements MonitorCommand {

        private final String name;
        private final List<Option<?>> arguments;

        Recorded(String name, List<Option<?>> arguments) {
            this.name = name;
            this.arguments = arguments;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<Option<?>> arguments() {
            return arguments;
        }

        @Override
        public boolean takesOptionTree() {
            return true;
        }

        @Override
        public Object run(CommandCall call) throws IOException {
            if (failing.contains(name)) {
                throw BlockException.invalid(name + " does not work");
            }
            calls.add(name + " " + call.tree());
            if (name.equals("nbd-server-start")) {
                publish(
                        "NBD_SERVER_STARTED",
                        Map.of("addr", Map.of("type", "inet", "port", "12345")));
            }
            return Map.of();
        }
    }

    private final class Monitors implements MonitorDriver {

        private final MonitorDriver real =
                ServiceLoader.load(Plugin.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .flatMap(plugin -> plugin.monitors().stream())
                        .findFirst()
                        .orElseThrow();

        @Override
        public String mode() {
            return "control";
        }

        @Override
        public void check(OptionTree device) throws IOException {
            real.check(device);
        }

        @Override
        public Monitor start(MonitorRequest request) {
            calls.add(
                    "monitor " + request.chardev().text("id").orElse("") + " " + request.pretty());
            monitors.add(request);
            onMonitor.run();
            return () -> calls.add("monitor closed");
        }
    }

    @Override
    public BlockLayer layer() {
        return this;
    }

    @Override
    public Optional<Path> deployFolder() {
        return Optional.of(Path.of("/the/deploy/folder"));
    }

    @Override
    public void close() {
        calls.add("host closed");
    }

    @Override
    public String add(OptionTree options) {
        calls.add("add " + options);
        return "disk";
    }

    @Override
    public GraphView graph() {
        return new OneNode();
    }

    @Override
    public Drivers drivers() {
        List<MonitorCommand> commands = new ArrayList<>();
        List.of("blockdev-add", "block-export-add", "nbd-server-start", "nbd-server-stop")
                .forEach(name -> commands.add(new Recorded(name, List.of())));
        commands.add(new Recorded("object-add", List.of(Option.text("qom-type").required())));
        return new FakeDrivers(commands, List.of(new Monitors()));
    }

    @Override
    public Events events() {
        return this;
    }

    @Override
    public void publish(String name, Map<String, Object> data) {
        listeners.forEach(
                listener -> listener.accept(new Event(name, data, java.time.Instant.EPOCH)));
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private static UnsupportedOperationException unexpected() {
        return new UnsupportedOperationException("no command of these tests comes here");
    }

    @Override
    public void delete(String nodeName) {
        throw unexpected();
    }

    @Override
    public void reopen(List<OptionTree> options) {
        throw unexpected();
    }

    @Override
    public void makeReadOnly(String nodeName) {
        throw unexpected();
    }

    @Override
    public void addChild(String parentName, String nodeName) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void removeChild(String parentName, String childName) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void resize(String nodeName, long length) {
        throw unexpected();
    }

    @Override
    public void create(OptionTree options) {
        throw unexpected();
    }

    @Override
    public void apply(GraphChange change) {
        throw unexpected();
    }

    @Override
    public Root attach(String label, String nodeName, Permissions permissions) throws IOException {
        throw new BlockException(Kind.NOT_FOUND, "no node " + nodeName);
    }

    @Override
    public Jobs jobs() {
        throw unexpected();
    }

    @Override
    public Exports exports() {
        throw unexpected();
    }
}
