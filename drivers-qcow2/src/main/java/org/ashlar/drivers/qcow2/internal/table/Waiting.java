package org.ashlar.drivers.qcow2.internal.table;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;

/** Waits that an interrupt does not end: requests are cancelled by a flag. Stateless. */
final class Waiting {
    private Waiting() {}

    /** Returns once the latch is open; an interrupt is kept for the caller. */
    static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits, with the condition's lock, for a signal; returns false if {@code nanos} pass without
     * one. May return early; an interrupt is kept for the caller.
     */
    static boolean await(Condition condition, long nanos) {
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + nanos;
            while (true) {
                try {
                    return condition.awaitNanos(deadline - System.nanoTime()) > 0;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
