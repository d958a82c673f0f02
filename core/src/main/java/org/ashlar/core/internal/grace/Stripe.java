package org.ashlar.core.internal.grace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of one consumer in one domain: per bank, how many pins have begun and how many have
 * ended. Thread-safe.
 *
 * <p>Each counter has a cache line (and its neighbour, which the processor fetches with it) to
 * itself. They are changed by volatile {@code getAndAdd}: a pin must be ordered before the loads
 * that follow it, which a release-only add, such as LongAdder's, does not promise.
 */
final class Stripe {
    /** Longs between two counters: 128 bytes. */
    private static final int STRIDE = 16;

    private static final VarHandle COUNTER = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counters = new long[5 * STRIDE];

    void begin(int bank) {
        COUNTER.getAndAdd(counters, begunAt(bank), 1L);
    }

    void end(int bank) {
        COUNTER.getAndAdd(counters, endedAt(bank), 1L);
    }

    long begun(int bank) {
        return (long) COUNTER.getVolatile(counters, begunAt(bank));
    }

    long ended(int bank) {
        return (long) COUNTER.getVolatile(counters, endedAt(bank));
    }

    private static int begunAt(int bank) {
        return (1 + 2 * bank) * STRIDE;
    }

    private static int endedAt(int bank) {
        return (2 + 2 * bank) * STRIDE;
    }
}
