package org.ashlar.core.internal.grace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Readers against writers on real threads, as the processor reorders them: what was taken away is
 * never found freed. The model explores the interleavings; this one the memory.
 */
class GraceStressTest {
    private static final int READERS = 3;
    private static final int WRITERS = 2;
    private static final long PERIODS = 4000;

    /** Something that is taken away and then freed. */
    private static final class Thing {
        private final AtomicInteger readers = new AtomicInteger();

        /** Plain on purpose: grace alone orders it. */
        private boolean freed;
    }

    private final GraceDomain domain = new GraceDomain(2);
    private final AtomicReference<Thing> current = new AtomicReference<>(new Thing());
    private final AtomicLong periods = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicInteger defects = new AtomicInteger();

    @Test
    void thingTakenAway_isFreedOnlyAfterEveryReaderThatFoundIt() throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            all.add(running("reader " + i, this::read));
        }
        for (int i = 0; i < WRITERS; i++) {
            all.add(running("writer " + i, this::replace));
        }
        for (CompletableFuture<Void> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        assertEquals(0, defects.get());
        assertEquals(0, domain.pins());
        assertTrue(reads.get() > 0);
    }

    private static CompletableFuture<Void> running(String name, Runnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform()
                .name(name)
                .start(() -> {
                    try {
                        work.run();
                        done.complete(null);
                    } catch (Throwable failed) {
                        done.completeExceptionally(failed);
                    }
                });
        return done;
    }

    /** Pins at one stripe, forks, and unpins both at another. */
    private void read() {
        PinPlace here = domain.place();
        PinPlace there = domain.place();
        while (periods.get() < PERIODS) {
            int bank = here.pin();
            Thing found = current.get();
            found.readers.incrementAndGet();
            here.fork(bank);
            there.unpin(bank);
            if (found.freed) {
                defects.incrementAndGet();
            }
            found.readers.decrementAndGet();
            there.unpin(bank);
            reads.incrementAndGet();
        }
    }

    private void replace() {
        while (periods.incrementAndGet() <= PERIODS) {
            Thing old = current.getAndSet(new Thing());
            if (!domain.synchronize(System.nanoTime() + Duration.ofSeconds(30).toNanos())) {
                defects.incrementAndGet();
            }
            if (old.readers.get() != 0) {
                defects.incrementAndGet();
            }
            old.freed = true;
        }
    }
}
