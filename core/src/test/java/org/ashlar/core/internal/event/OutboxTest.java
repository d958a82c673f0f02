package org.ashlar.core.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutboxTest {

    @Test
    void send_whileAnotherThreadIsHandingOn_returnsAndThatOneHandsOn() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch proceed = new CountDownLatch(1);
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        Outbox<String> outbox =
                new Outbox<>(item -> {
                    heard.add(item + " on " + Thread.currentThread().getName());
                    inside.countDown();
                    await(proceed);
                });
        outbox.put("one");
        Thread first = Thread.ofVirtual().name("first").start(outbox::send);
        await(inside);

        outbox.put("two");
        outbox.send();
        int heardBefore = heard.size();
        proceed.countDown();
        first.join(10_000);

        assertEquals(1, heardBefore);
        assertEquals(List.of("one on first", "two on first"), heard);
    }

    @Test
    void send_fromWithinTheReceiver_handsOnAfterwards() {
        List<String> heard = new ArrayList<>();
        List<Outbox<String>> self = new ArrayList<>();
        self.add(
                new Outbox<>(item -> {
                    if (item.equals("outer")) {
                        self.getFirst().put("inner");
                        self.getFirst().send();
                    }
                    heard.add(item);
                }));

        self.getFirst().put("outer");
        self.getFirst().send();

        assertEquals(List.of("outer", "inner"), heard);
    }

    @Test
    void put_underALockByManyThreads_isHeardInTheOrderOfTheLock() throws Exception {
        int threads = 8;
        int each = 2000;
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        Outbox<Integer> outbox = new Outbox<>(heard::add);
        ReentrantLock lock = new ReentrantLock();
        AtomicInteger next = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            Thread.ofVirtual()
                    .start(() -> {
                        for (int i = 0; i < each; i++) {
                            lock.lock();
                            try {
                                outbox.put(next.getAndIncrement());
                            } finally {
                                lock.unlock();
                            }
                            outbox.send();
                        }
                        done.countDown();
                    });
        }
        await(done);

        assertEquals(IntStream.range(0, threads * each).boxed().toList(), heard);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
