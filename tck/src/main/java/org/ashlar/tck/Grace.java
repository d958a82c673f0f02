package org.ashlar.tck;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests of a rig and runs actions once all that were in flight have ended. Guarded by
 * its lock.
 *
 * <ul>
 *   <li>I1: {@code pins} maps the number of each request in flight to its pins, which are above 0.
 *   <li>I2: an action waits while a request with a number below its own is in flight.
 * </ul>
 */
final class Grace {

    /** An action that waits for every request numbered below {@code limit}. */
    private record Deferred(long limit, Runnable action) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();

    @GuardedBy("lock")
    private final TreeMap<Long, Integer> pins = new TreeMap<>();

    @GuardedBy("lock")
    private final List<Deferred> deferred = new ArrayList<>();

    @GuardedBy("lock")
    private final List<Throwable> failures = new ArrayList<>();

    @GuardedBy("lock")
    private long next;

    @GuardedBy("lock")
    private int running;

    /** Begins a request and returns its number. */
    long begin() {
        lock.lock();
        try {
            pins.put(next, 1);
            return next++;
        } finally {
            lock.unlock();
        }
    }

    /** Adds a pin of a request in flight: a fork of it. */
    void pin(long number) {
        lock.lock();
        try {
            if (pins.computeIfPresent(number, (_, count) -> count + 1) == null) {
                throw new IllegalStateException("the request to fork from has ended");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a pin away. */
    void unpin(long number) {
        lock.lock();
        try {
            pins.computeIfPresent(number, (_, count) -> count == 1 ? null : count - 1);
            startDueLocked();
            quiet.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Runs an action on a thread of its own after grace. */
    void after(Runnable action) {
        lock.lock();
        try {
            deferred.add(new Deferred(next, action));
            startDueLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many requests are in flight. */
    int inFlight() {
        lock.lock();
        try {
            return pins.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no action waits or runs; throws what one of them threw. */
    void awaitActions() {
        lock.lock();
        try {
            long nanos = Waiting.LIMIT.toNanos();
            while (!deferred.isEmpty() || running > 0) {
                if (nanos <= 0) {
                    throw new AssertionError(
                            "no grace: requests in flight "
                                    + pins
                                    + ", actions running "
                                    + running);
                }
                nanos = quiet.awaitNanos(nanos);
            }
            if (!failures.isEmpty()) {
                throw new AssertionError("an action after grace failed", failures.removeFirst());
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for grace", e);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void startDueLocked() {
        long oldest = pins.isEmpty() ? Long.MAX_VALUE : pins.firstKey();
        for (Iterator<Deferred> it = deferred.iterator(); it.hasNext(); ) {
            Deferred due = it.next();
            if (due.limit <= oldest) { // I2
                it.remove();
                running++;
                Thread.ofVirtual().name("rig-after-grace").start(() -> run(due.action));
            }
        }
    }

    private void run(Runnable action) {
        Throwable failure = null;
        try {
            action.run();
        } catch (RuntimeException | Error thrown) {
            failure = thrown;
        }
        lock.lock();
        try {
            if (failure != null) {
                failures.add(failure);
            }
            running--;
            quiet.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
