package org.ashlar.core.internal.export;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.ashlar.core.internal.graph.Sources.Source;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Exports;
import org.ashlar.spi.export.BlockExport;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.export.ExportInfo;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts exports, finds them by id and ends them. Thread-safe: the table of exports is guarded by
 * the lock, under which nothing foreign is called.
 *
 * <ul>
 *   <li>I1: an id is in {@code starting} or in {@code exports}, never in both.
 *   <li>I2: once {@code closed}, no export is added.
 * </ul>
 */
public final class ExportManager implements Exports, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExportManager.class);
    private static final Pattern ID = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*");
    private static final String CLOSING = "The block layer is shutting down";
    private static final Duration DELETE_LIMIT = Duration.ofSeconds(30);

    private final ExportGraph graph;
    private final Drivers drivers;
    private final Events events;
    private final Duration limit;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Set<String> starting = new HashSet<>();

    @GuardedBy("lock")
    private final Map<String, LiveExport> exports = new LinkedHashMap<>();

    @GuardedBy("lock")
    private boolean closed;

    /** Makes a manager without exports. */
    @Inject
    public ExportManager(ExportGraph graph, Drivers drivers, Events events) {
        this(graph, drivers, events, DELETE_LIMIT);
    }

    ExportManager(ExportGraph graph, Drivers drivers, Events events, Duration limit) {
        this.graph = graph;
        this.drivers = drivers;
        this.events = events;
        this.limit = limit;
    }

    @Override
    public void add(ExportSettings settings, OptionTree options) throws IOException {
        if (!ID.matcher(settings.id()).matches()) {
            throw BlockException.invalid("Invalid block export id");
        }
        ExportDriver driver = driver(settings.type());
        OptionValues values = OptionValues.check(driver.options(), options);
        reserve(settings.id());
        LiveExport export;
        CompletableFuture<LiveExport> started = new CompletableFuture<>();
        Runnable deletion =
                () -> {
                    var _ = started.thenAccept(this::endBeside);
                };
        try {
            checkWritable(settings);
            export = start(driver, settings, values, deletion);
        } catch (Throwable failure) {
            unreserve(settings.id());
            throw failure;
        }
        admit(export);
        started.complete(export);
    }

    private ExportDriver driver(String type) throws BlockException {
        return drivers.exports().stream()
                .filter(driver -> driver.type().equals(type))
                .findFirst()
                .orElseThrow(() ->
                        BlockException.invalid(
                                "Parameter 'type' does not accept value '" + type + "'"));
    }

    private void checkWritable(ExportSettings settings) throws BlockException {
        boolean writable = graph.view().get().node(settings.nodeName()).writable();
        if (settings.writable() && !writable) {
            throw new BlockException(
                    Kind.NOT_PERMITTED, "Cannot export read-only node as writable");
        }
    }

    /** Starts the export; on failure nothing of it is left. */
    private LiveExport start(
            ExportDriver driver, ExportSettings settings, OptionValues values, Runnable deletion)
            throws IOException {
        Source source = graph.sources().open("export " + settings.id());
        try {
            source.addRoot("root", settings.nodeName(), permissions(settings));
            BlockExport export =
                    driver.start(new StartOfExport(settings, values, source, deletion));
            return new LiveExport(settings, export, source);
        } catch (Throwable failure) {
            try {
                source.close();
            } catch (IOException | RuntimeException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    /** An export reads, writes if it may, and tolerates every other user, as the reference's do. */
    private static Permissions permissions(ExportSettings settings) {
        return settings.writable()
                ? new Permissions(
                        Set.of(Permission.CONSISTENT_READ, Permission.WRITE),
                        EnumSet.allOf(Permission.class))
                : Permissions.READ;
    }

    private void reserve(String id) throws BlockException {
        lock.lock();
        try {
            if (closed) {
                throw new BlockException(Kind.GONE, CLOSING);
            }
            if (exports.containsKey(id) || !starting.add(id)) { // I1
                throw new BlockException(
                        Kind.BUSY, "Block export id '" + id + "' is already in use");
            }
        } finally {
            lock.unlock();
        }
    }

    private void unreserve(String id) {
        lock.lock();
        try {
            starting.remove(id);
        } finally {
            lock.unlock();
        }
    }

    private void admit(LiveExport export) throws BlockException {
        lock.lock();
        try {
            starting.remove(export.id());
            if (!closed) {
                exports.put(export.id(), export);
                return;
            }
        } finally {
            lock.unlock();
        }
        export.end(); // I2
        throw new BlockException(Kind.GONE, CLOSING);
    }

    @Override
    public void delete(String id, boolean hard) throws IOException {
        LiveExport export = find(id);
        if (!hard && export.clients() > 0) {
            throw new BlockException(Kind.BUSY, "export '" + id + "' still in use");
        }
        endBeside(export);
        if (!export.awaitEnd(limit)) {
            throw new BlockException(
                    Kind.BUSY,
                    "export '%s' is being deleted, which takes longer than %d s"
                            .formatted(id, limit.toSeconds()));
        }
    }

    /** Ends it on a thread of its own, as ending waits for the requests of its clients. */
    private void endBeside(LiveExport export) {
        if (export.beginEnd()) {
            Thread.ofVirtual().name("end of export " + export.id()).start(() -> end(export));
        }
    }

    private void end(LiveExport export) {
        try {
            export.end();
            remove(export);
            events.publish("BLOCK_EXPORT_DELETED", Map.of("id", export.id()));
        } finally {
            export.ended();
        }
    }

    private void remove(LiveExport export) {
        lock.lock();
        try {
            exports.remove(export.id(), export);
        } finally {
            lock.unlock();
        }
    }

    private LiveExport find(String id) throws BlockException {
        return snapshot().stream()
                .filter(export -> export.id().equals(id))
                .findFirst()
                .orElseThrow(() ->
                        new BlockException(Kind.NOT_FOUND, "Export '" + id + "' is not found"));
    }

    private List<LiveExport> snapshot() {
        lock.lock();
        try {
            return new ArrayList<>(exports.values());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<ExportInfo> list() {
        return snapshot().stream().map(export -> export.info(graph.view().get())).toList();
    }

    /** Starts no new export, ends all there are and waits, with a limit, until none is left. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        List<LiveExport> last = snapshot();
        last.forEach(this::endBeside);
        long end = System.nanoTime() + limit.toNanos();
        for (LiveExport export : last) {
            if (!export.awaitEnd(Duration.ofNanos(end - System.nanoTime()))) {
                LOG.warn("Export '{}' waits for requests of its clients", export.id());
            }
        }
    }
}
