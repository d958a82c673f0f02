package org.ashlar.core.internal.grace;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pins of one source of requests, and the wait until those of now have ended: sleepable
 * read-copy-update with two banks. Thread-safe.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: a pin is counted in {@code begun} of the bank it read <em>before</em> its holder looks
 *       at a gate or a snapshot, and in {@code ended} of the same bank after its last use of what
 *       it found.
 *   <li>I2: the index is flipped only by the holder of the mutex, and only when the other bank was
 *       empty. So a pin that reads the index and is late to count itself is found by the wait for
 *       the other bank that begins the next grace period.
 *   <li>I3: a bank is empty when the sum of {@code ended}, read first, equals the sum of {@code
 *       begun}, read after it. Were {@code begun} read first, a pin that begins and ends on two
 *       stripes between the two sums would hide another.
 *   <li>I4: nobody waits for grace while pinned, in any domain: {@link Pins} throws.
 * </ul>
 */
public final class GraceDomain {
    private final Stripe[] stripes;
    private final AtomicInteger nextStripe = new AtomicInteger();

    /** Written by the holder of the mutex alone. */
    private volatile int index;

    /** The thread that waits for a bank to empty; written by the holder of the mutex alone. */
    private volatile @Nullable Thread waiter;

    private final ReentrantLock mutex = new ReentrantLock();

    /** How many grace periods have begun; written by the holder of the mutex alone. */
    private volatile long periodsBegun;

    @GuardedBy("mutex")
    private long periodsEnded;

    /** Makes a domain whose consumers share that many stripes. */
    public GraceDomain(int stripeCount) {
        stripes = new Stripe[stripeCount];
        for (int i = 0; i < stripeCount; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** Returns a place for a consumer's pins; consumers beyond the number of stripes share. */
    public PinPlace place() {
        return new PinPlace(
                this, stripes[Math.floorMod(nextStripe.getAndIncrement(), stripes.length)]);
    }

    /** Returns the bank that new pins are counted in. */
    int bank() {
        return index;
    }

    /** Wakes who waits for grace, after a pin was counted as ended. */
    void ended() {
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /** Returns how many pins there are at this moment; exact only while none begins or ends. */
    public long pins() {
        return count(0) + count(1);
    }

    /**
     * Waits until every pin that was taken before this call has ended.
     *
     * @param deadline a {@link System#nanoTime()} after which to give up
     * @return false if the deadline passed first; then nothing is known
     * @throws IllegalStateException if the calling thread is pinned (I4)
     */
    public boolean synchronize(long deadline) {
        Pins.requireNone();
        long wanted = periodsBegun + 1;
        if (!lock(deadline)) {
            return false;
        }
        try {
            return periodsEnded >= wanted || period(deadline);
        } finally {
            mutex.unlock();
        }
    }

    @GuardedBy("mutex")
    @SuppressWarnings("NonAtomicVolatileUpdate") // by the holder of the mutex alone
    private boolean period(long deadline) {
        long number = ++periodsBegun;
        int old = index;
        if (!awaitEmpty(1 - old, deadline)) {
            return false;
        }
        index = 1 - old;
        if (!awaitEmpty(old, deadline)) {
            return false;
        }
        periodsEnded = number;
        return true;
    }

    @GuardedBy("mutex")
    private boolean awaitEmpty(int bank, long deadline) {
        if (count(bank) == 0) {
            return true;
        }
        waiter = Thread.currentThread();
        boolean interrupted = false;
        try {
            while (count(bank) != 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
                interrupted |= Thread.interrupted(); // or the next park would not wait
            }
            return true;
        } finally {
            waiter = null;
            if (interrupted) {
                Interrupts.restore();
            }
        }
    }

    private long count(int bank) {
        long ended = 0;
        for (Stripe stripe : stripes) {
            ended += stripe.ended(bank);
        }
        long begun = 0;
        for (Stripe stripe : stripes) {
            begun += stripe.begun(bank);
        }
        return begun - ended;
    }

    private boolean lock(long deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return mutex.tryLock(
                            Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException stray) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Interrupts.restore();
            }
        }
    }
}
