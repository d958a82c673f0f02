package org.ashlar.exports.nbd.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.exports.nbd.internal.session.Offer;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.export.ExportInfo;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of the plugin share: the exports by name, and the one server. Guarded by its lock.
 *
 * <ul>
 *   <li>I1: there is an export only while there is a server.
 *   <li>I2: {@code changing} is set by the one start or stop that is under way, which alone changes
 *       {@code server}.
 * </ul>
 */
final class NbdService {
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Map<String, NbdExport> exports = new LinkedHashMap<>();

    @GuardedBy("lock")
    private @Nullable NbdServer server;

    @GuardedBy("lock")
    private boolean changing;

    /**
     * Starts the server, returns once it listens, and tells {@code layer}'s listeners where; if
     * clients are to wait for an export, it tells them when that is there.
     */
    void start(ServerSettings settings, BlockLayer layer) throws IOException {
        lock.lock();
        try {
            if (server != null || changing) {
                throw BlockException.invalid("NBD server already running");
            }
            changing = true; // I2
        } finally {
            lock.unlock();
        }
        NbdServer started = null;
        try {
            started = NbdServer.open(settings, this, layer.events());
        } finally {
            lock.lock();
            try {
                server = started;
                changing = false;
            } finally {
                lock.unlock();
            }
        }
        if (!settings.awaitsExport()) {
            started.begin();
        }
    }

    /** Ends all exports and the server; returns once nothing of them runs. */
    void stop(BlockLayer layer) throws IOException {
        NbdServer ending;
        lock.lock();
        try {
            if (server == null || changing) {
                throw BlockException.invalid("NBD server not running");
            }
            changing = true; // I2; and I1: no export comes any more
            ending = server;
        } finally {
            lock.unlock();
        }
        try {
            ending.stopListening();
            for (ExportInfo export : layer.exports().list()) {
                if (export.type().equals("nbd") && !export.shuttingDown()) {
                    delete(layer, export.id());
                }
            }
            ending.close();
        } finally {
            lock.lock();
            try {
                server = null;
                exports.clear(); // I1, should one be on its way out
                changing = false;
            } finally {
                lock.unlock();
            }
        }
    }

    /** One that is deleted by somebody else meanwhile is no error. */
    private static void delete(BlockLayer layer, String id) throws IOException {
        try {
            layer.exports().delete(id, true);
        } catch (BlockException gone) {
            if (layer.exports().list().stream().anyMatch(export -> export.id().equals(id))) {
                throw gone;
            }
        }
    }

    /** Adds an export for clients to choose. */
    NbdExport add(Offer offer) throws BlockException {
        NbdServer running;
        NbdExport export = new NbdExport(offer, this);
        lock.lock();
        try {
            if (server == null || changing) {
                throw BlockException.invalid("NBD server not running"); // I1
            }
            if (exports.containsKey(offer.name())) {
                throw BlockException.invalid(
                        "NBD server already has export named '" + offer.name() + "'");
            }
            exports.put(offer.name(), export);
            running = server;
        } finally {
            lock.unlock();
        }
        running.begin();
        return export;
    }

    /** Forgets an export. */
    void remove(NbdExport export) {
        lock.lock();
        try {
            exports.remove(export.offer().name(), export);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the export of that name. */
    Optional<NbdExport> find(String name) {
        lock.lock();
        try {
            return Optional.ofNullable(exports.get(name));
        } finally {
            lock.unlock();
        }
    }

    /** Returns the exports in the order they were added. */
    List<NbdExport> list() {
        lock.lock();
        try {
            return List.copyOf(exports.values());
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether there is a server, which only this service can stop. */
    boolean isEngaged() {
        lock.lock();
        try {
            return server != null || changing;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the running server, for tests. */
    Optional<NbdServer> server() {
        lock.lock();
        try {
            return Optional.ofNullable(server);
        } finally {
            lock.unlock();
        }
    }
}
