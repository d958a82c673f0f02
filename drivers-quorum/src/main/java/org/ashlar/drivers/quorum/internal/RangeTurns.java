package org.ashlar.drivers.quorum.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;

/**
 * Lets requests that overlap pass one after another, in the order in which they came, so that every
 * child sees them in the same order. Readers of a range pass together. A turn is held over the
 * children's I/O: who holds one waits for nothing above the children. Guarded by its lock, which is
 * held over memory only.
 *
 * <ul>
 *   <li>I1: {@code turns} has the turns that wait or are held, in the order in which they came.
 *   <li>I2: a turn is held once none before it is in its way.
 * </ul>
 */
final class RangeTurns {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();

    @GuardedBy("lock")
    private final List<Turn> turns = new ArrayList<>();

    /** Waits until the range may be read, together with other readers. */
    Turn read(Request request, long offset, long length) throws BlockException {
        return enter(request, new Turn(offset, length, false));
    }

    /** Waits until the range may be changed. */
    Turn change(Request request, long offset, long length) throws BlockException {
        return enter(request, new Turn(offset, length, true));
    }

    /** Waits until everything may be changed, the length too. */
    Turn changeAll(Request request) throws BlockException {
        return change(request, 0, Long.MAX_VALUE);
    }

    private Turn enter(Request request, Turn turn) throws BlockException {
        request.checkAlive();
        lock.lock();
        try {
            turns.add(turn);
            while (isBlockedLocked(turn)) { // I2
                left.awaitUninterruptibly();
            }
            return turn;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isBlockedLocked(Turn turn) {
        for (Turn earlier : turns) {
            if (earlier == turn) {
                return false;
            }
            if (earlier.isInTheWayOf(turn)) {
                return true;
            }
        }
        throw new AssertionError("a turn that waits is not listed"); // I1
    }

    /** The right to a range, given back by closing. Immutable. */
    final class Turn implements AutoCloseable {
        private final long offset;
        private final long length;
        private final boolean changes;

        private Turn(long offset, long length, boolean changes) {
            this.offset = offset;
            this.length = length;
            this.changes = changes;
        }

        private boolean isInTheWayOf(Turn later) {
            return (changes || later.changes)
                    && offset < later.offset + later.length
                    && later.offset < offset + length;
        }

        /** Fails if this turn is not held: for those who rely on it. */
        void check() {
            lock.lock();
            try {
                if (!turns.contains(this) || isBlockedLocked(this)) {
                    throw new IllegalStateException("the turn is not held");
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                turns.remove(this);
                left.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
