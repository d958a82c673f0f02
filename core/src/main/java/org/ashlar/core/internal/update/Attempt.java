package org.ashlar.core.internal.update;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.ashlar.core.internal.grace.Interrupts;
import org.ashlar.core.internal.grace.Pins;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;

/**
 * Calls of a driver on a thread of their own, so that who waits for them can leave them behind if
 * they hang; on a platform thread, as one that spins would keep a carrier for good. Thread-safe.
 */
final class Attempt<T> {
    private final String what;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    private Attempt(String what) {
        this.what = what;
    }

    /** Starts the calls; {@code what} names them in messages. */
    static <T> Attempt<T> start(String what, Callable<T> calls) {
        Attempt<T> attempt = new Attempt<>(what);
        Thread.ofPlatform()
                .daemon()
                .name(what)
                .start(() -> {
                    try {
                        attempt.result.complete(calls.call());
                    } catch (Throwable failed) {
                        attempt.result.completeExceptionally(failed);
                    }
                });
        return attempt;
    }

    /**
     * Returns what came of it.
     *
     * @param deadline a {@link System#nanoTime()}
     * @throws TimeoutException if the calls are still under way at the deadline; they go on
     * @throws IOException what they threw
     * @throws IllegalStateException if the calling thread is pinned
     */
    T get(long deadline) throws IOException, TimeoutException {
        Pins.requireNone();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException stray) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException error
                    ? error
                    : new BlockException(Kind.IO, what + ": " + failed.getCause(), failed);
        } finally {
            if (interrupted) {
                Interrupts.restore();
            }
        }
    }

    /** Does something with the result, if there will be one. */
    void then(Consumer<T> use) {
        CompletableFuture<Void> _ = result.thenAccept(use);
    }
}
