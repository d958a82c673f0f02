package org.ashlar.monitor.qmp.internal.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes a monitor's commands one at a time, in the order they came, on a thread of its own; what
 * hangs here holds up this monitor alone. Guarded by {@code lock}, which is not held over a step.
 */
final class CommandQueue implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    /** How many steps may wait before the next one's sender does. */
    static final int LIMIT = 8;

    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private record Step(Session session, Runnable work) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Queue<Step> waiting = new ArrayDeque<>();

    /** The session whose step is being executed. */
    @GuardedBy("lock")
    private Optional<Session> running = Optional.empty();

    @GuardedBy("lock")
    private boolean closed;

    private final Thread thread;

    /** Makes a queue that does nothing until it is started. */
    CommandQueue(String name) {
        this.thread = Thread.ofVirtual().name(name + "-commands").unstarted(this::runAll);
    }

    /** Begins to execute. */
    void start() {
        thread.start();
    }

    /**
     * Adds a step, waiting for room; it is dropped if the session's client has gone by its turn.
     */
    void put(Session session, Runnable work) {
        lock.lock();
        try {
            while (!closed && !session.isGone() && waiting.size() >= LIMIT) {
                changed.await();
            }
            if (!closed) {
                waiting.add(new Step(session, work));
                changed.signalAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until every step of the session has been executed or dropped. */
    void await(Session session) throws InterruptedException {
        lock.lock();
        try {
            while (!closed && isBusyLocked(session)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isBusyLocked(Session session) {
        return running.filter(session::equals).isPresent()
                || waiting.stream().anyMatch(step -> step.session().equals(session));
    }

    private void runAll() {
        try {
            Optional<Step> step = next();
            while (step.isPresent()) {
                if (!step.get().session().isGone()) {
                    step.get().work().run();
                }
                step = next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Step> next() throws InterruptedException {
        lock.lock();
        try {
            running = Optional.empty();
            changed.signalAll();
            while (!closed && waiting.isEmpty()) {
                changed.await();
            }
            if (closed) {
                return Optional.empty();
            }
            Step step = waiting.remove();
            running = Optional.of(step.session());
            changed.signalAll();
            return Optional.of(step);
        } finally {
            lock.unlock();
        }
    }

    /** Begins no more steps and waits, with a limit, for the one that runs. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!Thread.currentThread().equals(thread) && !thread.join(END_LIMIT)) {
                LOG.warn("{}: a command has not ended within {}", thread.getName(), END_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
