package org.ashlar.core;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Something that is being done on a thread of its own, of which a test sees where it waits. */
final class Doing<T> {
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    private Doing(Callable<T> work) {
        this.thread =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                result.complete(work.call());
                            } catch (Throwable failed) {
                                result.completeExceptionally(failed);
                            }
                        });
    }

    static <T> Doing<T> start(Callable<T> work) {
        return new Doing<>(work);
    }

    /**
     * Waits until it waits in one of these methods, or in a method of one of these classes; it is
     * an error if it ends instead.
     */
    Doing<T> awaitWaiting(String... places) {
        TestLayer.await(() -> {
            if (result.isDone()) {
                throw new AssertionError("it has not waited: " + result);
            }
            return isWaiting(places);
        });
        return this;
    }

    private boolean isWaiting(String... places) {
        boolean there =
                Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame ->
                                Arrays.stream(places).anyMatch(frame.toString()::contains));
        Thread.State state = thread.getState();
        return there && (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING);
    }

    /** Waits for its end. */
    T get() throws Exception {
        return TestLayer.get(result);
    }
}
