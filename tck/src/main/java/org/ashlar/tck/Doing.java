package org.ashlar.tck;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/**
 * Something that is being done on a thread of its own, of which a test sees where it waits.
 * Confined to the test's thread.
 *
 * @param <T> what comes of it
 */
public final class Doing<T extends @Nullable Object> {
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    private Doing(Callable<T> work) {
        // A platform thread: of a virtual one the stack is not seen where it holds its carrier.
        this.thread =
                Thread.ofPlatform()
                        .name("doing")
                        .start(() -> {
                            try {
                                result.complete(work.call());
                            } catch (Throwable failed) {
                                result.completeExceptionally(failed);
                            }
                        });
    }

    /** Begins what has a result. */
    public static <T extends @Nullable Object> Doing<T> start(Callable<T> work) {
        return new Doing<>(work);
    }

    /** Begins what has none. */
    public static Doing<@Nullable Void> run(Executable work) {
        return new Doing<>(() -> {
            try {
                work.execute();
                return null;
            } catch (Exception | Error failed) {
                throw failed;
            } catch (Throwable failed) {
                throw new AssertionError(failed);
            }
        });
    }

    /**
     * Waits until it waits in one of these methods, or in a method of one of these classes; it is
     * an error if it ends instead.
     */
    public Doing<T> awaitWaiting(String... places) {
        Waiting.until(
                () -> {
                    if (result.isDone()) {
                        throw new AssertionError("it has not waited: " + result);
                    }
                    return Waiting.isIn(thread, places);
                },
                "it to wait in " + String.join(" or ", places));
        return this;
    }

    /** Returns whether it has ended. */
    public boolean isDone() {
        return result.isDone();
    }

    /** Waits for its end, and returns or throws what came of it. */
    public T get() throws Exception {
        try {
            return result.get(Waiting.LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw failed;
            }
        } catch (TimeoutException late) {
            throw new AssertionError("waited " + Waiting.LIMIT + " in vain for its end", late);
        }
    }
}
