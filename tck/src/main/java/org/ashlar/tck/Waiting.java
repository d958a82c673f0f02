package org.ashlar.tck;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits that fail a broken test rather than hang it. Stateless. */
public final class Waiting {

    /** How long anything in the rig waits before it fails the test. */
    public static final Duration LIMIT = Duration.ofSeconds(30);

    private Waiting() {}

    /** Waits for a latch, and fails naming {@code what} if it does not open in time. */
    public static void on(CountDownLatch latch, String what) {
        try {
            if (!latch.await(LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("waited " + LIMIT + " in vain for " + what);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }
}
