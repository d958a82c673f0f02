package org.ashlar.tck;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.Background;
import org.ashlar.spi.Request;

/**
 * What a node under test tells the rig, and the work it starts. Schedules run when the test says
 * so, not by the clock. Guarded by its lock.
 *
 * <ul>
 *   <li>I1: work begins only while {@code open}, and is counted in {@code running} until it ends.
 *   <li>I2: a schedule's work never runs twice at once.
 * </ul>
 */
final class RigBackground implements Background {
    private final Grace grace;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    @GuardedBy("lock")
    private final Map<String, RigSchedule> schedules = new LinkedHashMap<>();

    @GuardedBy("lock")
    private final List<Throwable> failures = new ArrayList<>();

    @GuardedBy("lock")
    private final List<Report> reports = new ArrayList<>();

    /** Written by the test, before the requests that it listens to. */
    private volatile MappingListener mappingListener = (_, _) -> {};

    @GuardedBy("lock")
    private boolean open = true;

    @GuardedBy("lock")
    private int running;

    /** Hears of a change of the mapping while the node tells of it. */
    @FunctionalInterface
    interface MappingListener {
        void changed(long offset, long length);
    }

    RigBackground(Grace grace) {
        this.grace = grace;
    }

    void listen(MappingListener listener) {
        mappingListener = listener;
    }

    @Override
    public boolean tryStart(String name, Request.Work work) {
        if (!enter()) {
            return false;
        }
        Thread.ofVirtual().name("rig-background-" + name).start(() -> runAndLeave(work));
        return true;
    }

    @Override
    public Schedule every(String name, Duration interval, Request.Work work) {
        RigSchedule schedule = new RigSchedule(name, work);
        lock.lock();
        try {
            if (schedules.putIfAbsent(name, schedule) != null) {
                throw new IllegalStateException("two schedules are named '" + name + "'");
            }
            return schedule;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void mappingChanged(long offset, long length) {
        add(new Report(Report.MAPPING_CHANGED, Map.of("offset", offset, "length", length)));
        mappingListener.changed(offset, length);
    }

    @Override
    public void afterGrace(Runnable action) {
        grace.after(action);
    }

    @Override
    public void corrupted(String message, long offset, long length, boolean fatal) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("message", message);
        data.put("offset", offset);
        data.put("length", length);
        data.put("fatal", fatal);
        add(new Report(Report.CORRUPTED, data));
    }

    @Override
    public void report(String event, Map<String, Object> data) {
        add(new Report(event, data));
    }

    /** Returns what was told so far, in order. */
    List<Report> reports() {
        lock.lock();
        try {
            return List.copyOf(reports);
        } finally {
            lock.unlock();
        }
    }

    /** Runs the work of a schedule once, on this thread, if the gate is open. */
    boolean tick(String name) {
        RigSchedule schedule;
        lock.lock();
        try {
            schedule = schedules.get(name);
        } finally {
            lock.unlock();
        }
        if (schedule == null) {
            throw new IllegalStateException("no schedule is named '" + name + "'");
        }
        return schedule.runOnce();
    }

    /** Closes the gate and waits until no work runs. */
    void drain() {
        lock.lock();
        try {
            open = false;
            long nanos = Waiting.LIMIT.toNanos();
            while (running > 0) {
                if (nanos <= 0) {
                    throw new AssertionError("background work does not end: " + running);
                }
                nanos = ended.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while draining", e);
        } finally {
            lock.unlock();
        }
    }

    /** Opens the gate again. */
    void resume() {
        lock.lock();
        try {
            open = true;
        } finally {
            lock.unlock();
        }
    }

    /** Fails if a schedule was left running or background work failed. */
    void checkClean() {
        lock.lock();
        try {
            if (!schedules.isEmpty()) {
                throw new AssertionError("schedules left at close: " + schedules.keySet());
            }
            if (!failures.isEmpty()) {
                throw new AssertionError("background work failed", failures.getFirst());
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean enter() {
        lock.lock();
        try {
            if (open) {
                running++;
            }
            return open;
        } finally {
            lock.unlock();
        }
    }

    private void runAndLeave(Request.Work work) {
        Throwable failure = null;
        try (RigRequest request = new RigRequest(grace, false)) {
            work.run(request);
        } catch (IOException | RuntimeException | Error thrown) {
            failure = thrown;
        }
        lock.lock();
        try {
            if (failure != null) {
                failures.add(failure);
            }
            running--;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void add(Report report) {
        lock.lock();
        try {
            reports.add(report);
        } finally {
            lock.unlock();
        }
    }

    /** Work that runs when the test ticks it. Guarded by {@code turn}. */
    private final class RigSchedule implements Schedule {
        private final String name;
        private final Request.Work work;
        private final ReentrantLock turn = new ReentrantLock();

        @GuardedBy("turn")
        private boolean closed;

        RigSchedule(String name, Request.Work work) {
            this.name = name;
            this.work = work;
        }

        boolean runOnce() {
            turn.lock(); // I2; held over the work, which must not close its own schedule
            try {
                if (closed || !enter()) {
                    return false;
                }
                runAndLeave(work);
                return true;
            } finally {
                turn.unlock();
            }
        }

        @Override
        public void close() {
            if (turn.isHeldByCurrentThread()) {
                throw new IllegalStateException("a schedule closed by its own work: " + name);
            }
            turn.lock();
            try {
                closed = true;
            } finally {
                turn.unlock();
            }
            lock.lock();
            try {
                schedules.remove(name, this);
            } finally {
                lock.unlock();
            }
        }
    }
}
