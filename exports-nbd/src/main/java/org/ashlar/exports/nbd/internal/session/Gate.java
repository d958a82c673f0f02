package org.ashlar.exports.nbd.internal.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.ashlar.spi.source.RequestSource;

/**
 * Waits at a source's gate on behalf of one connection, and stops waiting when the connection ends,
 * so that closing an export never waits for a drain. Guarded by its lock.
 *
 * <ul>
 *   <li>I1: at most one watcher per kind of access waits at the gate itself; all others wait here.
 *   <li>I2: nobody holds an admission or a lock of ours while waiting.
 *   <li>I3: a consumer is used by one thread at a time: it is taken from {@code idle} and put back.
 * </ul>
 */
final class Gate implements AutoCloseable {
    private final RequestSource source;
    private final String label;
    private final Lifeline lifeline;
    private final Runnable wake = this::wake;
    private final Queue<Consumer> idle = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** What a watcher waits for. */
    @GuardedBy("lock")
    private final Set<Access> watched = EnumSet.noneOf(Access.class);

    /** How often a watcher found the gate open. */
    @GuardedBy("lock")
    private long opened;

    Gate(RequestSource source, String label, Lifeline lifeline) {
        this.source = source;
        this.label = label;
        this.lifeline = lifeline;
        lifeline.onEnd(wake);
    }

    /**
     * Waits until the gate is open, then pins.
     *
     * @throws ClosedChannelException once the connection is at its end
     */
    Admission admit(Access access) throws IOException {
        while (true) {
            long seen = opened();
            Optional<Admission> admission = tryAdmit(access);
            if (admission.isPresent()) {
                return admission.get();
            }
            awaitSince(access, seen);
        }
    }

    /**
     * Waits, unpinned, until the gate may be open.
     *
     * @throws ClosedChannelException once the connection is at its end
     */
    void await(Access access) throws IOException {
        awaitSince(access, opened());
    }

    private Optional<Admission> tryAdmit(Access access) throws IOException {
        if (lifeline.ended()) {
            throw new ClosedChannelException();
        }
        Consumer taken = idle.poll(); // I3
        Consumer consumer = taken == null ? source.consumer(label) : taken;
        try {
            return consumer.tryAdmit(access, false);
        } finally {
            idle.add(consumer);
        }
    }

    private long opened() {
        lock.lock();
        try {
            return opened;
        } finally {
            lock.unlock();
        }
    }

    private void awaitSince(Access access, long seen) throws IOException {
        lock.lock();
        try {
            while (opened == seen && !lifeline.ended()) {
                if (watched.add(access)) { // I1
                    Thread.ofVirtual().name(label + " gate").start(() -> watch(access));
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        if (lifeline.ended()) {
            throw new ClosedChannelException();
        }
    }

    /** Ends when the gate opens or the source is closed, be it after the connection's end. */
    private void watch(Access access) {
        source.consumer(label).awaitOpen(access);
        lock.lock();
        try {
            watched.remove(access);
            opened++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lifeline.forget(wake);
    }
}
