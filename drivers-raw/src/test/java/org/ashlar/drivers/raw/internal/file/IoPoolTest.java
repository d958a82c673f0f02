package org.ashlar.drivers.raw.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The pool that waits for virtual threads. */
class IoPoolTest {
    private static final int MOST_OF_A_LANE = 16;

    private final IoPool pool = new IoPool();

    @AfterEach
    void close() {
        pool.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void call_onAPlatformThread_runsThere() throws IOException {
        assertSame(Thread.currentThread(), pool.lane().call(Thread::currentThread));
    }

    @Test
    void call_onAVirtualThread_runsOnAPlatformThreadOfThePool() throws Exception {
        AtomicReference<Thread> ran = new AtomicReference<>();
        Thread.ofVirtual()
                .start(() -> unchecked(() -> ran.set(pool.lane().call(Thread::currentThread))))
                .join();
        assertFalse(ran.get().isVirtual());
        assertTrue(ran.get().getName().startsWith("ashlar-file-"));
    }

    @Test
    void call_thatFails_throwsTheSameToTheCaller() throws Exception {
        IOException failure = new IOException("as it is");
        AtomicReference<Throwable> caught = new AtomicReference<>();
        Thread.ofVirtual()
                .start(() ->
                        caught.set(
                                assertThrows(
                                        IOException.class,
                                        () ->
                                                pool.lane()
                                                        .run(() -> {
                                                            throw failure;
                                                        }))))
                .join();
        assertSame(failure, caught.get());
    }

    /** More callers than a lane admits: those beyond wait, and another lane is not held up. */
    @Test
    void lane_whenItsStorageHangs_holdsUpNoOtherLane() throws Exception {
        IoPool.Lane hung = pool.lane();
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(MOST_OF_A_LANE);
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < MOST_OF_A_LANE + 8; i++) {
            IoPool.Task task =
                    () -> {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        inside.countDown();
                        await(release);
                        now.decrementAndGet();
                    };
            callers.add(Thread.ofVirtual().start(() -> unchecked(() -> hung.run(task))));
        }
        await(inside);
        CountDownLatch served = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> unchecked(() -> pool.lane().run(served::countDown)));
        await(served);
        release.countDown();
        for (Thread caller : callers) {
            caller.join();
        }
        assertEquals(MOST_OF_A_LANE, most.get());
    }

    /** An interrupt must not end the wait: the call goes on with the caller's memory. */
    @Test
    void call_whenTheCallerIsInterrupted_returnsOnlyAtTheEnd() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch returned = new CountDownLatch(1);
        IoPool.Task slow =
                () -> {
                    began.countDown();
                    await(release);
                };
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> {
                            Thread.currentThread().interrupt();
                            unchecked(() -> pool.lane().run(slow));
                            returned.countDown();
                        });
        await(began);
        assertEquals(1, returned.getCount());
        release.countDown();
        caller.join();
        assertEquals(0, returned.getCount());
    }

    private static void unchecked(IoPool.Task task) {
        try {
            task.run();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
