package org.ashlar.monitor.qmp.internal.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client has yet to read. Guarded by {@code lock}, which is not held over a write.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: an answer is never dropped while the client is connected; who sends one waits for room.
 *   <li>I2: an event never waits: beyond the limit it is dropped, so that no client that does not
 *       read holds up who publishes.
 * </ul>
 */
final class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    /** How many bytes may lie here, 4 MiB, before answers wait and events are dropped. */
    static final int LIMIT = 4 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Queue<byte[]> waiting = new ArrayDeque<>();

    @GuardedBy("lock")
    private long bytes;

    @GuardedBy("lock")
    private long dropped;

    @GuardedBy("lock")
    private boolean closed;

    /** Queues an event, or drops it if the client does not read. */
    void event(byte[] text) {
        lock.lock();
        try {
            if (closed || bytes > LIMIT) {
                dropped += closed ? 0 : 1;
                return;
            }
            addLocked(text);
        } finally {
            lock.unlock();
        }
    }

    /** Queues an answer as soon as there is room; does nothing once closed. */
    void answer(byte[] text) throws InterruptedException {
        lock.lock();
        try {
            while (!closed && bytes > LIMIT) {
                changed.await();
            }
            if (!closed) {
                addLocked(text);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all that was queued is written, or the client has gone. */
    void awaitWritten() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && bytes > 0) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is queued until closed or the client has gone. */
    void writeTo(OutputStream out) {
        try {
            Optional<byte[]> next = next();
            while (next.isPresent()) {
                out.write(next.get());
                out.flush();
                written(next.get().length);
                next = next();
            }
        } catch (IOException gone) {
            LOG.debug("a monitor's client has gone: {}", gone.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    /** Drops what is queued and ends the writing. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Optional<byte[]> next() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && waiting.isEmpty()) {
                changed.await();
            }
            return closed ? Optional.empty() : Optional.of(waiting.remove());
        } finally {
            lock.unlock();
        }
    }

    private void written(int length) {
        lock.lock();
        try {
            bytes -= length;
            changed.signalAll();
            if (dropped > 0) {
                LOG.warn("dropped {} events for a monitor's client that did not read", dropped);
                dropped = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void addLocked(byte[] text) {
        waiting.add(text);
        bytes += text.length;
        changed.signalAll();
    }
}
