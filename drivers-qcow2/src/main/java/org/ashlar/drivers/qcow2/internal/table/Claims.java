package org.ashlar.drivers.qcow2.internal.table;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of indices, such as guest clusters, whose mapping somebody is about to change and which
 * nobody else may change meanwhile. Guarded by the image's lock.
 *
 * <p>I1: claims do not overlap. A holder never waits for another claim, so waiting ends.
 */
public final class Claims {
    private final ReentrantLock lock;
    private final List<Claim> held = new ArrayList<>();

    /** A claimed range. */
    public static final class Claim {
        private final long first;
        private final long count;
        private final Condition released;
        private boolean ended;

        private Claim(long first, long count, Condition released) {
            this.first = first;
            this.count = count;
            this.released = released;
        }

        /** Returns the first index. */
        public long first() {
            return first;
        }

        /** Waits, giving up the lock meanwhile, until the claim has ended. */
        public void await() {
            while (!ended) {
                released.awaitUninterruptibly();
            }
        }
    }

    Claims(ReentrantLock lock) {
        this.lock = lock;
    }

    /** Returns the claim with the lowest index that overlaps a range, if there is one. */
    public @Nullable Claim find(long first, long count) {
        assert lock.isHeldByCurrentThread();
        Claim lowest = null;
        for (Claim claim : held) {
            boolean overlaps = claim.first < first + count && first < claim.first + claim.count;
            if (overlaps && (lowest == null || claim.first < lowest.first)) {
                lowest = claim;
            }
        }
        return lowest;
    }

    /** Claims a range that is free. */
    public Claim add(long first, long count) {
        assert find(first, count) == null : "I1";
        Claim claim = new Claim(first, count, lock.newCondition());
        held.add(claim);
        return claim;
    }

    /** Ends a claim and wakes who waits for it. */
    public void end(Claim claim) {
        assert lock.isHeldByCurrentThread();
        held.remove(claim);
        claim.ended = true;
        claim.released.signalAll();
    }
}
