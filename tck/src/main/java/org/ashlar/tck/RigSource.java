package org.ashlar.tck;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.Request;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.ashlar.spi.source.RequestSource;

/**
 * A source of requests over a rig, for jobs and exports under test: with a gate that the test
 * closes and opens, and a count of what is admitted. Guarded by its lock.
 *
 * <ul>
 *   <li>I1: {@code admitted} has an entry for each admission that has not ended.
 *   <li>I2: a thread that holds an admission it took is refused another by {@code admit}.
 * </ul>
 */
public final class RigSource implements RequestSource, AutoCloseable {
    private final Rig rig;
    private final List<Child> roots;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Set<Access> shut = EnumSet.noneOf(Access.class);

    @GuardedBy("lock")
    private final Map<RigAdmission, Thread> admitted = new HashMap<>();

    @GuardedBy("lock")
    private final List<Access> history = new ArrayList<>();

    @GuardedBy("lock")
    private boolean closed;

    RigSource(Rig rig, List<Child> roots) {
        this.rig = rig;
        this.roots = List.copyOf(roots);
    }

    @Override
    public Child root() {
        return roots.getFirst();
    }

    @Override
    public List<Child> roots() {
        return roots;
    }

    @Override
    public Buffers buffers() {
        return rig.buffers();
    }

    @Override
    public Consumer consumer(String label) {
        return new RigConsumer();
    }

    /** Closes the gate for {@code access}, or opens it. */
    public void gate(Access access, boolean open) {
        lock.lock();
        try {
            if (open) {
                shut.remove(access);
            } else {
                shut.add(access);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many admissions have not ended. */
    public int admitted() {
        lock.lock();
        try {
            return admitted.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the calling thread holds an admission that it took. */
    public boolean isAdmittedHere() {
        lock.lock();
        try {
            return admitted.containsValue(Thread.currentThread());
        } finally {
            lock.unlock();
        }
    }

    /** Returns what was admitted so far, in order. */
    public List<Access> history() {
        lock.lock();
        try {
            return List.copyOf(history);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is admitted; with the gate closed, a drain. */
    public void awaitQuiet() {
        lock.lock();
        try {
            long nanos = Waiting.LIMIT.toNanos();
            while (!admitted.isEmpty()) {
                if (nanos <= 0) {
                    throw new AssertionError("admissions do not end: " + admitted.values());
                }
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for admissions to end", e);
        } finally {
            lock.unlock();
        }
    }

    /** Closes the source: whoever asks or waits for admission is told that it has gone. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private Admission admitLocked(Access access, boolean mustNotBlock) {
        RigAdmission admission =
                new RigAdmission(mustNotBlock ? rig.hurriedRequest() : rig.request());
        admitted.put(admission, Thread.currentThread());
        history.add(access);
        return admission;
    }

    @GuardedBy("lock")
    private void checkOpenLocked() throws BlockException {
        if (closed) {
            throw new BlockException(BlockException.Kind.GONE, "the source is closed");
        }
    }

    @GuardedBy("lock")
    private void awaitOpenLocked(Access access) {
        while (shut.contains(access) && !closed) {
            changed.awaitUninterruptibly();
        }
    }

    private final class RigConsumer implements Consumer {

        @Override
        public Admission admit(Access access) throws BlockException {
            lock.lock();
            try {
                if (admitted.containsValue(Thread.currentThread())) { // I2
                    throw new IllegalStateException(
                            "admit while admitted: a gate is passed empty-handed");
                }
                awaitOpenLocked(access);
                checkOpenLocked();
                return admitLocked(access, false);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public Optional<Admission> tryAdmit(Access access, boolean mustNotBlock)
                throws BlockException {
            lock.lock();
            try {
                checkOpenLocked();
                return shut.contains(access)
                        ? Optional.empty()
                        : Optional.of(admitLocked(access, mustNotBlock));
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void awaitOpen(Access access) {
            lock.lock();
            try {
                awaitOpenLocked(access);
            } finally {
                lock.unlock();
            }
        }
    }

    private final class RigAdmission implements Admission {
        private final RigRequest request;

        RigAdmission(RigRequest request) {
            this.request = request;
        }

        @Override
        public Request request() {
            return request;
        }

        @Override
        public void cancel() {
            request.cancel();
        }

        @Override
        public void close() {
            request.close();
            lock.lock();
            try {
                admitted.remove(this); // I1
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
