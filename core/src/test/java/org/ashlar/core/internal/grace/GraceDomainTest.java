package org.ashlar.core.internal.grace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GraceDomainTest {
    private final GraceDomain domain = new GraceDomain(2);

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private CompletableFuture<Boolean> synchronizing() {
        return CompletableFuture.supplyAsync(
                () -> domain.synchronize(in(Duration.ofSeconds(30))),
                task -> Thread.ofVirtual().start(task));
    }

    @Test
    void synchronize_whenNothingIsPinned_returnsAtOnce() {
        assertTrue(domain.synchronize(in(Duration.ofSeconds(30))));
        assertTrue(domain.synchronize(in(Duration.ofSeconds(30))));
    }

    @Test
    void synchronize_whilePinned_givesUpAtItsDeadline() {
        PinPlace place = domain.place();
        int bank = place.pin();
        assertFalse(domain.synchronize(in(Duration.ofMillis(5))));
        place.unpin(bank);
        assertTrue(domain.synchronize(in(Duration.ofSeconds(30))));
    }

    @Test
    void synchronize_afterOneThatGaveUpBetweenFlipAndEnd_waitsForTheSamePin() {
        PinPlace place = domain.place();
        int bank = place.pin();
        assertFalse(domain.synchronize(in(Duration.ofMillis(5))));
        int later = place.pin();
        assertFalse(bank == later, "the first wait flipped the banks");
        place.unpin(later);
        assertFalse(domain.synchronize(in(Duration.ofMillis(5))), "the old pin has not ended");
        place.unpin(bank);
        assertTrue(domain.synchronize(in(Duration.ofSeconds(30))));
    }

    @Test
    void synchronize_whileAForkRuns_waitsForItThoughTheRequestHasEnded() throws Exception {
        PinPlace place = domain.place();
        int bank = place.pin();
        place.fork(bank);
        place.unpin(bank);
        CompletableFuture<Boolean> grace = synchronizing();
        assertFalse(domain.synchronize(in(Duration.ofMillis(5))));
        place.unpin(bank);
        assertTrue(grace.get(30, TimeUnit.SECONDS));
    }

    @Test
    void synchronize_whilePinsComeAndGo_ends() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(2);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            PinPlace place = domain.place();
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                running.countDown();
                                while (!stop.get()) {
                                    place.unpin(place.pin());
                                }
                            }));
        }
        assertTrue(running.await(30, TimeUnit.SECONDS));
        for (int i = 0; i < 1000; i++) {
            assertTrue(domain.synchronize(in(Duration.ofSeconds(30))), "grace " + i);
        }
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, domain.pins());
    }

    @Test
    void synchronize_whilePinned_inAnyDomain_throws() {
        Pins pins = Pins.ofCurrentThread();
        pins.add();
        try {
            assertThrows(
                    IllegalStateException.class,
                    () -> domain.synchronize(in(Duration.ofSeconds(30))));
        } finally {
            pins.remove();
        }
    }

    /**
     * The use that the whole is for: what was unpublished before a grace period is in nobody's
     * hands after it.
     */
    @Test
    void synchronize_underLoad_neverEndsWhileWhatWasUnpublishedIsUsed() throws Exception {
        AtomicLong published = new AtomicLong(1);
        AtomicLong freed = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger wrong = new AtomicInteger();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            PinPlace beginning = domain.place();
            readers.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                while (!stop.get()) {
                                    int bank = beginning.pin();
                                    long mine = published.get();
                                    for (int spin = 0; spin < 20; spin++) {
                                        Thread.onSpinWait();
                                    }
                                    if (freed.get() >= mine) {
                                        wrong.incrementAndGet();
                                    }
                                    beginning.unpin(bank);
                                }
                            }));
        }
        for (int i = 0; i < 2000; i++) {
            long old = published.getAndIncrement();
            assertTrue(domain.synchronize(in(Duration.ofSeconds(30))));
            freed.set(old);
        }
        stop.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertEquals(0, wrong.get());
    }
}
