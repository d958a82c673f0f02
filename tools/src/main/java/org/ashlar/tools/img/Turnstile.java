package org.ashlar.tools.img;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets workers through one by one in the order of their chunks. Thread-safe: guarded by a lock. */
final class Turnstile {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();

    @GuardedBy("lock")
    private long next;

    @GuardedBy("lock")
    private boolean open;

    /** Waits until every chunk before {@code index} has passed, or the turnstile is opened. */
    void await(long index) {
        lock.lock();
        try {
            while (next < index && !open) {
                moved.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets the chunk behind {@code index} pass. */
    void pass(long index) {
        lock.lock();
        try {
            next = Math.max(next, index + 1);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets everybody pass from now on. */
    void open() {
        lock.lock();
        try {
            open = true;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
