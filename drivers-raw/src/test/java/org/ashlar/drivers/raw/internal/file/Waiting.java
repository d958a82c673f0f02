package org.ashlar.drivers.raw.internal.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another process does, with a limit. */
final class Waiting {
    private static final long LIMIT_NANOS = 20_000_000_000L;
    private static final long STEP_NANOS = 2_000_000;

    private Waiting() {}

    static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(STEP_NANOS);
        }
        assertTrue(condition.getAsBoolean(), "what was waited for did not happen");
    }
}
