package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Exports;
import org.ashlar.spi.control.Jobs;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.export.BlockExport;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.export.ExportInfo;
import org.ashlar.spi.export.ExportRequest;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.ashlar.spi.source.RequestSource;

/**
 * A layer with nothing but exports and events; its exports all serve one source. Guarded by its
 * monitor.
 */
final class FakeLayer implements BlockLayer {
    private final ExportDriver driver;
    private final RequestSource source;
    private final LinkedBlockingQueue<Event> told = new LinkedBlockingQueue<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(ExportSettings settings, BlockExport export) {}

    FakeLayer(ExportDriver driver, RequestSource source) {
        this.driver = driver;
        this.source = source;
    }

    /** Runs a command as a monitor does. */
    Object run(MonitorCommand command, OptionTree arguments) throws IOException {
        return run(this, command, arguments);
    }

    /** Runs a command as a monitor of {@code layer} does. */
    static Object run(BlockLayer layer, MonitorCommand command, OptionTree arguments)
            throws IOException {
        OptionValues checked = OptionValues.check(command.arguments(), arguments);
        return command.run(
                new CommandCall() {
                    @Override
                    public BlockLayer layer() {
                        return layer;
                    }

                    @Override
                    public OptionValues arguments() {
                        return checked;
                    }

                    @Override
                    public OptionTree tree() {
                        return arguments;
                    }

                    @Override
                    public void requestShutdown() {
                        throw new AssertionError("nobody asked for it");
                    }
                });
    }

    /** Returns whether there is an event that nobody has asked for yet. */
    boolean hasEvent() {
        return !told.isEmpty();
    }

    /** Waits for the next event. */
    Event nextEvent() throws InterruptedException {
        Event event = told.poll(30, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no event came");
        }
        return event;
    }

    @Override
    public Events events() {
        return new Events() {
            @Override
            public void publish(String name, Map<String, Object> data) {
                told.add(new Event(name, data, Instant.EPOCH));
            }

            @Override
            public Subscription subscribe(Consumer<Event> listener) {
                throw new UnsupportedOperationException();
            }
        };
    }

    @Override
    public Exports exports() {
        return new FakeExports();
    }

    private final class FakeExports implements Exports {
        @Override
        public void add(ExportSettings settings, OptionTree options) throws IOException {
            OptionValues values = OptionValues.check(driver.options(), options);
            BlockExport export = driver.start(new FakeRequest(settings, values));
            synchronized (entries) {
                entries.put(settings.id(), new Entry(settings, export));
            }
        }

        @Override
        public void delete(String id, boolean hard) throws IOException {
            Entry entry;
            synchronized (entries) {
                entry = entries.get(id);
                if (entry == null || (!hard && entry.export.clients() > 0)) {
                    throw new BlockException(
                            BlockException.Kind.BUSY, "export '" + id + "' still in use");
                }
                entries.remove(id);
            }
            entry.export.close();
        }

        @Override
        public List<ExportInfo> list() {
            synchronized (entries) {
                List<ExportInfo> infos = new ArrayList<>();
                entries.forEach((id, entry) ->
                        infos.add(
                                new ExportInfo(
                                        id,
                                        entry.settings.type(),
                                        entry.settings.nodeName(),
                                        false,
                                        entry.export.clients())));
                return infos;
            }
        }
    }

    private final class FakeRequest implements ExportRequest {
        private final ExportSettings settings;
        private final OptionValues values;

        FakeRequest(ExportSettings settings, OptionValues values) {
            this.settings = settings;
            this.values = values;
        }

        @Override
        public String id() {
            return settings.id();
        }

        @Override
        public String nodeName() {
            return settings.nodeName();
        }

        @Override
        public boolean writable() {
            return settings.writable();
        }

        @Override
        public boolean writethrough() {
            return settings.writethrough();
        }

        @Override
        public OptionValues options() {
            return values;
        }

        @Override
        public RequestSource source() {
            return source;
        }

        @Override
        public void requestDelete() {
            throw new AssertionError("nobody asked for it");
        }
    }

    @Override
    public GraphView graph() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String add(OptionTree options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void delete(String nodeName) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reopen(List<OptionTree> options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void makeReadOnly(String nodeName) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    @Override
    public void create(OptionTree options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void apply(GraphChange change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Root attach(String label, String nodeName, Permissions permissions) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Drivers drivers() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Jobs jobs() {
        throw new UnsupportedOperationException();
    }
}
