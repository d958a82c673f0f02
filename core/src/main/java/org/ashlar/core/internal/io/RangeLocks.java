package org.ashlar.core.internal.io;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;

/**
 * The ranges of one node that are being changed, so that a read-modify-write and a write to its
 * block, from whatever source, take turns. Thread-safe; guarded by its own lock, which is never
 * held while a range is.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: no two held ranges overlap unless both are shared.
 *   <li>I2: a range is taken after gates were passed and before serial turns; a request that holds
 *       one takes another only of a node further down.
 *   <li>I3: who waits is served as soon as nothing it overlaps is held; those that came before and
 *       still wait do not hold it up, as a waiter never holds what it waits for.
 * </ul>
 */
public final class RangeLocks {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();

    @GuardedBy("lock")
    private final List<Range> held = new ArrayList<>();

    /** No range, of a node in which ranges need not be held. */
    static final Held NOTHING = () -> {};

    /** A range held; closing it lets others in. */
    @FunctionalInterface
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private final class Range implements Held {
        private final long offset;
        private final long end;
        private final boolean shared;

        private Range(long offset, long end, boolean shared) {
            this.offset = offset;
            this.end = end;
            this.shared = shared;
        }

        private boolean collides(long from, long to, boolean sharedToo) {
            return from < end && offset < to && !(shared && sharedToo);
        }

        @Override
        public void close() {
            lock.lock();
            try {
                held.remove(this);
                released.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Holds a range, waiting while it overlaps one that is held; {@code shared} for plain writes,
     * which tolerate one another.
     *
     * @throws BlockException of kind {@code WOULD_BLOCK} if the request must not wait and would
     *     have to
     */
    public Held hold(Request request, long offset, long length, boolean shared)
            throws BlockException {
        lock.lock();
        try {
            while (isTaken(offset, offset + length, shared)) {
                if (request.mustNotBlock()) {
                    throw BlockException.wouldBlock();
                }
                released.awaitUninterruptibly();
            }
            Range range = new Range(offset, offset + length, shared);
            held.add(range);
            return range;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isTaken(long from, long to, boolean shared) {
        for (Range other : held) {
            if (other.collides(from, to, shared)) {
                return true;
            }
        }
        return false;
    }
}
