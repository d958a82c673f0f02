package org.ashlar.core.internal.grace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many pins a thread has taken that have not ended, over all domains, so that a wait while
 * pinned is found out always and not only when it happens to deadlock. Thread-safe: a pin may end
 * on another thread.
 */
public final class Pins {
    private static final ThreadLocal<Pins> OF_THREAD = ThreadLocal.withInitial(Pins::new);
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(Pins.class, "count", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    @SuppressWarnings("unused") // by COUNT
    private volatile int count;

    private Pins() {}

    /** Returns the count of the current thread. */
    public static Pins ofCurrentThread() {
        return OF_THREAD.get();
    }

    /** Counts one more. */
    public void add() {
        COUNT.getAndAdd(this, 1);
    }

    /** Counts one less. */
    public void remove() {
        COUNT.getAndAdd(this, -1);
    }

    /**
     * Checks that the current thread may wait for grace, a drain or a change.
     *
     * @throws IllegalStateException if it holds a pin
     */
    public static void requireNone() {
        if (ofCurrentThread().count != 0) {
            throw new IllegalStateException(
                    "a wait for grace, a drain, a gate or a graph change while pinned");
        }
    }
}
