package org.ashlar.tck;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits that fail a broken test rather than hang it. Stateless. */
public final class Waiting {

    /** How long anything in the rig waits before it fails the test. */
    public static final Duration LIMIT = Duration.ofSeconds(30);

    private static final long STEP_NANOS = 100_000;

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

    /** Waits for a condition, and fails naming {@code what} if it does not come true in time. */
    public static void until(BooleanSupplier condition, String what) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited " + LIMIT + " in vain for " + what);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    /**
     * Waits until a thread, whichever, waits in one of these methods, or in a method of one of
     * these classes. Virtual threads are not looked at.
     */
    public static void untilAThreadIsIn(String... places) {
        until(
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .anyMatch(thread -> isIn(thread, places)),
                "a thread in " + String.join(" or ", places));
    }

    /** Returns whether a thread waits in one of these methods, or in one of these classes. */
    static boolean isIn(Thread thread, String... places) {
        boolean there =
                Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame ->
                                Arrays.stream(places).anyMatch(frame.toString()::contains));
        Thread.State state = thread.getState();
        return there && (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING);
    }
}
