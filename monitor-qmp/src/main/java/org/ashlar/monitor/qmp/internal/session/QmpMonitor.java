package org.ashlar.monitor.qmp.internal.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.monitor.qmp.internal.chardev.CharacterDevice;
import org.ashlar.monitor.qmp.internal.chardev.Connection;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.control.MonitorRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A monitor on a character device, serving one client after another. Guarded by {@code lock}, which
 * is not held over anything that waits.
 */
public final class QmpMonitor implements MonitorDriver.Monitor {

    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    private final MonitorRequest request;
    private final CharacterDevice device;
    private final Runnable onClose;
    private final MemberOrder order = MemberOrder.load();
    private final CommandQueue queue;
    private final Thread reader;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private Optional<Session> current = Optional.empty();

    @GuardedBy("lock")
    private boolean closed;

    private QmpMonitor(
            MonitorRequest request,
            CharacterDevice device,
            Optional<Connection> first,
            Runnable onClose) {
        this.request = request;
        this.device = device;
        this.onClose = onClose;
        String name = "qmp-" + request.chardev().text("id").orElse(device.fileName());
        this.queue = new CommandQueue(name);
        this.reader =
                Thread.ofPlatform().daemon().name(name).unstarted(() -> serveAll(name, first));
    }

    /**
     * Begins to serve.
     *
     * @param first a client who has connected already
     * @param onClose run once the monitor is closed
     */
    public static QmpMonitor start(
            MonitorRequest request,
            CharacterDevice device,
            Optional<Connection> first,
            Runnable onClose) {
        QmpMonitor monitor = new QmpMonitor(request, device, first, onClose);
        monitor.queue.start();
        monitor.reader.start();
        return monitor;
    }

    /** Returns whether a client is connected. */
    public boolean hasClient() {
        lock.lock();
        try {
            return current.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the device served. */
    public CharacterDevice device() {
        return device;
    }

    private void serveAll(String name, Optional<Connection> first) {
        try {
            Connection connection = first.isPresent() ? first.get() : device.accept();
            while (true) {
                Session session = new Session(request, connection, queue, order);
                if (!enter(session)) {
                    session.close();
                    return;
                }
                session.serve(name);
                leave();
                connection = device.accept();
            }
        } catch (ClosedChannelException ended) {
            LOG.debug("{} is closed", name);
        } catch (IOException e) {
            LOG.error("{} takes no more clients: {}", name, e.getMessage());
        }
    }

    private boolean enter(Session session) {
        lock.lock();
        try {
            current = closed ? Optional.empty() : Optional.of(session);
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            current = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        Optional<Session> session;
        lock.lock();
        try {
            closed = true;
            session = current;
        } finally {
            lock.unlock();
        }
        device.close();
        session.ifPresent(Session::close);
        queue.close();
        if (device.endsReads()) {
            awaitReader();
        }
        onClose.run();
    }

    private void awaitReader() {
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
