package org.ashlar.exports.nbd.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.exports.nbd.internal.session.Offer;
import org.ashlar.spi.export.BlockExport;

/**
 * One export with its clients. Guarded by its lock.
 *
 * <ul>
 *   <li>I1: once closed it takes no client; {@link #close} returns when there is none.
 *   <li>I2: a connection is here from before its first request until its last has ended.
 * </ul>
 */
final class NbdExport implements BlockExport {
    private final Offer offer;
    private final NbdService service;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();

    @GuardedBy("lock")
    private final Set<Connection> connections = new LinkedHashSet<>();

    @GuardedBy("lock")
    private boolean closed;

    NbdExport(Offer offer, NbdService service) {
        this.offer = offer;
        this.service = service;
    }

    Offer offer() {
        return offer;
    }

    /** Takes a client in, unless the export is closed. */
    boolean attach(Connection connection) {
        lock.lock();
        try {
            return !closed && connections.add(connection); // I1, I2
        } finally {
            lock.unlock();
        }
    }

    /** Lets a client go whose requests have ended. */
    void detach(Connection connection) {
        lock.lock();
        try {
            connections.remove(connection);
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int clients() {
        lock.lock();
        try {
            return connections.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        service.remove(this);
        List<Connection> ending;
        lock.lock();
        try {
            closed = true;
            ending = List.copyOf(connections);
        } finally {
            lock.unlock();
        }
        ending.forEach(Connection::end);
        lock.lock();
        try {
            while (!connections.isEmpty()) {
                left.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
