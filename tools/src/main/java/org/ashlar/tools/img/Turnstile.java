package org.ashlar.tools.img;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Lets workers through one by one in the order of their chunks, waking none but the next.
 * Thread-safe: guarded by a lock.
 *
 * <p>Invariant I1: each worker has one chunk, and chunks are handed out in order, so that of those
 * waiting no two have the same place.
 */
final class Turnstile {
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Condition> places;

    @GuardedBy("lock")
    private long next;

    @GuardedBy("lock")
    private boolean closed;

    Turnstile(int workers) {
        this.places = Stream.generate(lock::newCondition).limit(workers).toList();
    }

    /**
     * Waits until every chunk before {@code index} has passed. Returns false if nobody is to pass
     * any more.
     */
    boolean await(long index) {
        lock.lock();
        try {
            while (next < index && !closed) {
                place(index).awaitUninterruptibly();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the chunk behind {@code index} pass. */
    void pass(long index) {
        lock.lock();
        try {
            next = index + 1;
            place(next).signal();
        } finally {
            lock.unlock();
        }
    }

    /** Sends everybody away from now on. */
    void close() {
        lock.lock();
        try {
            closed = true;
            places.forEach(Condition::signal);
        } finally {
            lock.unlock();
        }
    }

    private Condition place(long index) {
        return places.get((int) (index % places.size()));
    }
}
