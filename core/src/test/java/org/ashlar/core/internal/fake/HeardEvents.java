package org.ashlar.core.internal.fake;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Events;

/** Events that are written down as one line each, to be waited for. Guarded by its lock. */
public final class HeardEvents implements Events {
    private static final long LIMIT_SECONDS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final List<String> lines = new ArrayList<>();

    @Override
    public void publish(String name, Map<String, Object> data) {
        lock.lock();
        try {
            lines.add(name + " " + data);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        throw new UnsupportedOperationException();
    }

    /** Returns what was heard so far. */
    public List<String> lines() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a line that contains {@code part} was heard {@code count} times. */
    public void await(String part, int count) {
        lock.lock();
        try {
            long nanos = TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (lines.stream().filter(line -> line.contains(part)).count() < count) {
                if (nanos <= 0) {
                    fail("not heard: " + part + ", only " + lines);
                }
                nanos = more.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a line that contains {@code part} was heard. */
    public void await(String part) {
        await(part, 1);
    }

    /** Waits until a job's status was told. */
    public void awaitStatus(String status) {
        await("status=" + status + ",");
    }
}
