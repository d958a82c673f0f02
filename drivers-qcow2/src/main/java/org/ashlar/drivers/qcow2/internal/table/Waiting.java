package org.ashlar.drivers.qcow2.internal.table;

import java.util.concurrent.CountDownLatch;

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
}
