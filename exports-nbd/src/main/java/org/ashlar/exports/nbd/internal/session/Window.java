package org.ashlar.exports.nbd.internal.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds what one client has in flight beside the connection's own thread: requests begun and not
 * answered, and the memory they hold. The one payload that is being received comes on top. Guarded
 * by its lock.
 *
 * <ul>
 *   <li>I1: {@code 0 <= requests <= MAX_REQUESTS}, and {@code requests == 0} implies {@code bytes
 *       == 0}.
 *   <li>I2: a place is given back only when its reply has been written or dropped, so unread
 *       replies count.
 * </ul>
 */
final class Window {
    static final int MAX_REQUESTS = 256;

    /** Twice the largest payload: a request of any allowed size finds room. */
    static final long MAX_BYTES = 2L * Wire.MAX_PAYLOAD;

    private final Lifeline lifeline;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private int requests;

    @GuardedBy("lock")
    private long bytes;

    Window(Lifeline lifeline) {
        this.lifeline = lifeline;
        lifeline.onEnd(this::wake);
    }

    /** Takes a place for a request that holds {@code size} bytes, if there is one; never waits. */
    boolean tryAcquire(long size) {
        lock.lock();
        try {
            return takeLocked(size);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a place. To be called without an admission.
     *
     * @throws ClosedChannelException once the connection is at its end
     */
    void acquire(long size) throws ClosedChannelException {
        lock.lock();
        try {
            while (!lifeline.ended()) {
                if (takeLocked(size)) {
                    return;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        throw new ClosedChannelException();
    }

    @GuardedBy("lock")
    private boolean takeLocked(long size) {
        if (requests == MAX_REQUESTS || bytes + size > MAX_BYTES) {
            return false;
        }
        requests++; // I1
        bytes += size;
        return true;
    }

    /** Gives a place back. */
    void release(long size) {
        lock.lock();
        try {
            requests--;
            bytes -= size;
            assert requests >= 0 && bytes >= 0 && (requests > 0 || bytes == 0) : "I1";
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is in flight; not cut short by the end of the connection. */
    void awaitIdle() {
        lock.lock();
        try {
            while (requests > 0) {
                changed.awaitUninterruptibly();
            }
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
}
