package org.ashlar.exports.nbd.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.exports.nbd.internal.session.Negotiated;
import org.ashlar.exports.nbd.internal.session.Offer;
import org.ashlar.exports.nbd.internal.session.Offers;
import org.ashlar.spi.control.Events;

/**
 * Listens and gives each client a thread. Guarded by its lock.
 *
 * <ul>
 *   <li>I1: there are never more connections than {@code maxConnections}; who comes then waits to
 *       be accepted.
 *   <li>I2: once closed nothing is accepted, and {@link #close} returns when no thread of the
 *       server runs.
 * </ul>
 */
final class NbdServer {
    private final ServerSettings settings;
    private final NbdService service;
    private final Events events;
    private final List<Listener> listeners;
    private final ScheduledThreadPoolExecutor deadlines;
    private final Offers offers = new Choice();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Set<Connection> connections = new LinkedHashSet<>();

    @GuardedBy("lock")
    private final Set<Connection> present = new HashSet<>();

    @GuardedBy("lock")
    private boolean begun;

    @GuardedBy("lock")
    private boolean closed;

    /** How many threads accept. */
    @GuardedBy("lock")
    private int accepting;

    private NbdServer(
            ServerSettings settings, NbdService service, Events events, List<Listener> listeners) {
        this.settings = settings;
        this.service = service;
        this.events = events;
        this.listeners = List.copyOf(listeners);
        this.deadlines =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("nbd handshake limit").factory());
        deadlines.setRemoveOnCancelPolicy(true);
    }

    /** Opens the listening sockets, all or none; nothing is accepted before {@link #begin}. */
    static NbdServer open(ServerSettings settings, NbdService service, Events events)
            throws IOException {
        List<Listener> opened = new ArrayList<>();
        boolean all = false;
        try {
            for (ListenAddress address : settings.addresses()) {
                opened.add(Listener.open(address));
            }
            all = true;
            return new NbdServer(settings, service, events, opened);
        } finally {
            if (!all) {
                for (Listener listener : opened) {
                    listener.close();
                }
            }
        }
    }

    /**
     * Starts to accept, unless it has, and tells where: an event {@code NBD_SERVER_STARTED} for
     * each address.
     */
    void begin() {
        lock.lock();
        try {
            if (begun || closed) {
                return;
            }
            begun = true;
            accepting = listeners.size();
        } finally {
            lock.unlock();
        }
        for (Listener listener : listeners) {
            Thread.ofPlatform().daemon().name("nbd accept").start(() -> accept(listener));
            events.publish("NBD_SERVER_STARTED", Map.of("addr", listener.describe()));
        }
    }

    /** Returns the first address that clients reach it at. */
    SocketAddress bound() {
        return listeners.getFirst().bound();
    }

    Offers offers() {
        return offers;
    }

    private void accept(Listener listener) {
        try {
            for (int number = 1; awaitRoom(); number++) {
                listener.acceptOne(this, number);
            }
        } finally {
            lock.lock();
            try {
                accepting--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits until there may be one more client; returns false once closed. */
    private boolean awaitRoom() {
        lock.lock();
        try {
            while (!closed
                    && settings.maxConnections() > 0
                    && connections.size() >= settings.maxConnections()) {
                changed.awaitUninterruptibly(); // I1
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a client its thread; returns false if the server is closed. */
    boolean start(Connection connection) throws IOException {
        if (!admit(connection)) {
            return false;
        }
        try {
            Thread.ofPlatform().daemon().name("nbd " + connection.peer()).start(connection);
            return true;
        } catch (OutOfMemoryError noThread) {
            ended(connection);
            throw new IOException("no thread to be had: " + noThread.getMessage(), noThread);
        }
    }

    private boolean admit(Connection connection) {
        lock.lock();
        try {
            return !closed && connections.add(connection) && present.add(connection); // I2
        } finally {
            lock.unlock();
        }
    }

    /** Limits the time of a handshake; what is returned lifts the limit. */
    Runnable startDeadline(Connection connection) {
        if (settings.handshakeSeconds() == 0) {
            return () -> {};
        }
        Future<?> deadline =
                deadlines.schedule(
                        connection::timeOut, settings.handshakeSeconds(), TimeUnit.SECONDS);
        return () -> deadline.cancel(false);
    }

    /** Serves a client that has chosen an export, and tells of its coming and going. */
    void serve(Connection connection, Negotiated negotiated) throws IOException {
        String name = negotiated.offer().name();
        Optional<NbdExport> export =
                service.find(name).filter(found -> found.offer().equals(negotiated.offer()));
        if (export.isEmpty() || !export.get().attach(connection)) {
            return; // the export went while the client was choosing it
        }
        tell("NBD_CLIENT_CONNECTED", name, clients());
        try {
            connection.transmit(negotiated);
        } finally {
            export.get().detach(connection);
            tell("NBD_CLIENT_DISCONNECTED", name, leave(connection));
        }
    }

    private void tell(String event, String export, int clients) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("export", export);
        data.put("clients", clients);
        events.publish(event, data);
    }

    /** Returns how many clients are connected, haggling ones included. */
    int clients() {
        lock.lock();
        try {
            return present.size();
        } finally {
            lock.unlock();
        }
    }

    /** Counts a client no longer, and returns how many are left: the last one finds none. */
    private int leave(Connection connection) {
        lock.lock();
        try {
            present.remove(connection); // I3
            return present.size();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a connection that has ended. */
    void ended(Connection connection) {
        lock.lock();
        try {
            present.remove(connection);
            connections.remove(connection);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no new client. */
    void stopListening() throws IOException {
        lock.lock();
        try {
            closed = true; // I2
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        for (Listener listener : listeners) {
            listener.close();
        }
    }

    /** Disconnects all clients and returns once nothing of the server runs. */
    void close() throws IOException {
        stopListening();
        List<Connection> ending;
        lock.lock();
        try {
            ending = List.copyOf(connections);
        } finally {
            lock.unlock();
        }
        ending.forEach(Connection::end);
        lock.lock();
        try {
            while (accepting > 0 || !connections.isEmpty()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        deadlines.shutdown();
    }

    /** The exports as clients of this server see them. */
    private final class Choice implements Offers {
        @Override
        public Optional<Offer> find(String name) {
            return service.find(name).map(NbdExport::offer);
        }

        @Override
        public List<Offer> list() {
            return service.list().stream().map(NbdExport::offer).toList();
        }

        @Override
        public boolean multiConn() {
            return settings.maxConnections() != 1;
        }
    }
}
