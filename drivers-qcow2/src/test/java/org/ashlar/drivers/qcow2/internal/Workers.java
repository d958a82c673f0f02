package org.ashlar.drivers.qcow2.internal;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a test's work on virtual threads and throws what it threw. Confined to a test. */
final class Workers implements AutoCloseable {
    private static final int SECONDS = 60;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> all = new ArrayList<>();

    /** Work that may fail. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    @CanIgnoreReturnValue
    Future<?> start(Work work) {
        Future<?> future =
                threads.submit(() -> {
                    work.run();
                    return null;
                });
        all.add(future);
        return future;
    }

    static void await(Future<?> future) {
        try {
            future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("work failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("work does not end", e);
        }
    }

    void awaitAll() {
        all.forEach(Workers::await);
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
