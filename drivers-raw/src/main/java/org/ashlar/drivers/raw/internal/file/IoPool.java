package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes system calls that may wait, for virtual threads: such a call holds the thread that makes
 * it, and a virtual thread's carrier is one of a few. Thread-safe.
 *
 * <ul>
 *   <li>I1: at most {@link #MOST} calls are under way in the pool, and at most {@link
 *       #MOST_OF_A_LANE} of one lane, so that storage that hangs takes no more than its lane.
 *   <li>I2: a thread is started only when no other is idle, and ends after {@link #IDLE} without
 *       work.
 * </ul>
 */
final class IoPool implements AutoCloseable {
    private static final int MOST = 64;
    private static final int MOST_OF_A_LANE = 16;
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final AtomicLong started = new AtomicLong();
    private final Semaphore permits = new Semaphore(MOST);
    private final ExecutorService threads =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE, // I1 holds by the permits
                    IDLE.toSeconds(),
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    this::newThread);

    /** What a lane runs. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** Work without a result. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    /** A factory that counts names by itself takes a twentieth of the time of a short command. */
    private Thread newThread(Runnable task) {
        return Thread.ofPlatform()
                .name("ashlar-file-" + started.getAndIncrement())
                .daemon()
                .unstarted(task);
    }

    /** Returns a new share of the pool, for one file. */
    Lane lane() {
        return new Lane();
    }

    /** Lets the idle threads go; nothing runs any more once the last node is closed. */
    @Override
    public void close() {
        threads.shutdown();
    }

    /** The share of one file. Thread-safe. */
    final class Lane {
        private final Semaphore lanePermits = new Semaphore(MOST_OF_A_LANE);

        private Lane() {}

        /** Runs {@code task} and returns when it has ended; see {@link #call}. */
        void run(Task task) throws IOException {
            call(() -> {
                task.run();
                return true;
            });
        }

        /**
         * Runs {@code work} on the calling thread if that is a platform thread, otherwise on one of
         * the pool while the caller waits.
         */
        <T> T call(Work<T> work) throws IOException {
            return Thread.currentThread().isVirtual() ? handOver(work) : work.run();
        }

        private <T> T handOver(Work<T> work) throws IOException {
            lanePermits.acquireUninterruptibly();
            try {
                permits.acquireUninterruptibly();
                try {
                    return Handoff.await(threads, work);
                } finally {
                    permits.release();
                }
            } finally {
                lanePermits.release();
            }
        }
    }

    /** The outcome of work on another thread: a value or what was thrown. Immutable. */
    private record Handoff<T>(Work<T> work, CompletableFuture<T> outcome) implements Runnable {

        static <T> T await(ExecutorService threads, Work<T> work) throws IOException {
            Handoff<T> handoff = new Handoff<>(work, new CompletableFuture<>());
            threads.execute(handoff);
            return handoff.join();
        }

        @Override
        public void run() {
            try {
                outcome.complete(work.run());
            } catch (Throwable thrown) {
                outcome.completeExceptionally(thrown);
            }
        }

        /** Waits; an interrupt does not end the wait, as the call goes on with the memory. */
        private T join() throws IOException {
            try {
                return outcome.join();
            } catch (java.util.concurrent.CompletionException failed) {
                switch (failed.getCause()) {
                    case IOException expected -> throw expected;
                    case Error error -> throw error;
                    case RuntimeException bug -> throw bug;
                    case null, default -> throw new IllegalStateException(failed);
                }
            }
        }
    }
}
