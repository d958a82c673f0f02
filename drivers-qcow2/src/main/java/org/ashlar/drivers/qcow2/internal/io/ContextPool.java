package org.ashlar.drivers.qcow2.internal.io;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps contexts of a compression library for the next call: one for each processor, as no more are
 * at work at once for long. Thread-safe.
 */
final class ContextPool<T> implements AutoCloseable {
    private final Supplier<T> maker;
    private final Consumer<T> end;
    private final ArrayBlockingQueue<T> idle;

    /**
     * Makes an empty pool.
     *
     * @param maker makes a context
     * @param end frees what a context holds outside the heap
     */
    ContextPool(Supplier<T> maker, Consumer<T> end) {
        this.maker = maker;
        this.end = end;
        this.idle = new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
    }

    /** Returns a context that is the caller's alone until {@link #giveBack}. */
    T borrow() {
        T kept = idle.poll();
        return kept == null ? maker.get() : kept;
    }

    /** Takes back a context that is as good as new. */
    void giveBack(T context) {
        if (!idle.offer(context)) {
            end.accept(context);
        }
    }

    /** Frees the contexts; none is borrowed. */
    @Override
    public void close() {
        for (T context = idle.poll(); context != null; context = idle.poll()) {
            end.accept(context);
        }
    }
}
