package org.ashlar.tools.img;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Workers pass in the order of their chunks, and nobody waits for one that will not come. */
class TurnstileTest {
    private static final int WORKERS = 5;
    private static final long CHUNKS = 20_000;

    private final Turnstile turnstile = new Turnstile(WORKERS);
    private final AtomicLong begun = new AtomicLong();
    private final ConcurrentLinkedQueue<Long> passed = new ConcurrentLinkedQueue<>();

    private List<Future<?>> start(ExecutorService threads, long failing) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            all.add(
                    threads.submit(() -> {
                        for (long chunk = begun.getAndIncrement();
                                chunk < CHUNKS && turnstile.await(chunk);
                                chunk = begun.getAndIncrement()) {
                            if (chunk == failing) {
                                turnstile.close();
                                return;
                            }
                            passed.add(chunk);
                            turnstile.pass(chunk);
                        }
                    }));
        }
        return all;
    }

    @Test
    void chunks_whenWorkersRace_passInOrder() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
            for (Future<?> worker : start(threads, -1)) {
                worker.get(60, TimeUnit.SECONDS);
            }
        }
        assertEquals(LongStream.range(0, CHUNKS).boxed().toList(), List.copyOf(passed));
    }

    @Test
    void chunks_afterTheOneThatFailed_doNotPass() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
            for (Future<?> worker : start(threads, 1000)) {
                worker.get(60, TimeUnit.SECONDS);
            }
        }
        assertEquals(LongStream.range(0, 1000).boxed().toList(), List.copyOf(passed));
        assertTrue(begun.get() <= 1000 + WORKERS + 1, () -> begun + " were begun");
        assertFalse(turnstile.await(0));
    }
}
