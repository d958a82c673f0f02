package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Child;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The work that nodes start by themselves: when it runs, and that it ends with them. */
class BackgroundTest {
    private static final Duration OFTEN = Duration.ofMillis(1);

    private final TestLayer test = new TestLayer();
    private Background background;

    /** What a node does while it is opened. */
    private interface Opened {
        void with(OpenRequest request) throws IOException;
    }

    @BeforeEach
    void addDisk() throws IOException {
        test.addHeld("disk");
    }

    @AfterEach
    void close() {
        test.close();
    }

    private void driver(Opened opened) {
        test.add(
                ScriptedDriver.filter("working", (file, request) -> open(file, request, opened)),
                1);
    }

    private BlockNode open(Child file, OpenRequest request, Opened opened) throws IOException {
        background = request.background();
        opened.with(request);
        return new ScriptedDriver.Passing(file);
    }

    @Test
    void schedule_begunLongBeforeTheNodeIsPublished_runsOnceItIs() throws Exception {
        CountDownLatch ticks = new CountDownLatch(2);
        AtomicInteger early = new AtomicInteger();
        AtomicBoolean opening = new AtomicBoolean(true);
        driver(request -> {
            request.background()
                    .every(
                            "tick",
                            OFTEN,
                            _ -> {
                                early.addAndGet(opening.get() ? 1 : 0);
                                ticks.countDown();
                            });
            long intervals = System.nanoTime() + 20 * OFTEN.toNanos();
            TestLayer.await(() -> System.nanoTime() > intervals);
            opening.set(false);
        });
        test.addOver("working", "top", "disk");
        Waiting.on(ticks, "the schedule");
        assertEquals(0, early.get(), "nothing ran before the node was there");
    }

    @Test
    void schedule_ofAnOpeningThatFails_isOver() {
        AtomicInteger ticks = new AtomicInteger();
        driver(request -> {
            request.background().every("tick", OFTEN, _ -> ticks.incrementAndGet());
            throw BlockException.invalid("no");
        });
        assertThrows(BlockException.class, () -> test.addOver("working", "top", "disk"));
        assertThrows(
                IllegalStateException.class,
                () -> background.every("another", OFTEN, _ -> ticks.incrementAndGet()));
        assertFalse(background.tryStart("work", _ -> ticks.incrementAndGet()));
        assertEquals(0, ticks.get());
    }

    @Test
    void schedule_neverRunsTwiceAtOnce_andEndsWithTheNode() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch ticks = new CountDownLatch(5);
        AtomicBoolean gone = new AtomicBoolean();
        AtomicBoolean late = new AtomicBoolean();
        driver(request ->
                request.background()
                        .every(
                                "tick",
                                OFTEN,
                                _ -> {
                                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                    late.compareAndSet(false, gone.get());
                                    inside.decrementAndGet();
                                    ticks.countDown();
                                }));
        test.addOver("working", "top", "disk");
        Waiting.on(ticks, "the schedule");
        test.layer.delete("top");
        gone.set(true);
        long intervals = System.nanoTime() + 10 * OFTEN.toNanos();
        TestLayer.await(() -> System.nanoTime() > intervals);
        assertEquals(1, most.get());
        assertFalse(late.get());
        assertFalse(background.tryStart("late", _ -> late.set(true)));
        assertFalse(late.get());
    }

    @Test
    void schedule_thatFails_goesOn() throws Exception {
        CountDownLatch ticks = new CountDownLatch(3);
        driver(request ->
                request.background()
                        .every(
                                "tick",
                                OFTEN,
                                _ -> {
                                    ticks.countDown();
                                    throw new IOException("not this time");
                                }));
        test.addOver("working", "top", "disk");
        Waiting.on(ticks, "the schedule");
    }

    @Test
    void closeOfASchedule_waitsForTheWorkThatRuns() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        driver(_ -> {});
        test.addOver("working", "top", "disk");
        Background.Schedule schedule =
                background.every(
                        "tick",
                        OFTEN,
                        _ -> {
                            running.countDown();
                            Waiting.on(release, "the end of a tick");
                        });
        Waiting.on(running, "the tick");
        Doing<?> closing = Doing.run(schedule::close).awaitWaiting("Ticking.close");
        release.countDown();
        closing.get();
        schedule.close();
    }

    @Test
    void work_keepsTheNodeOpenUntilItEnds() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        driver(_ -> {});
        test.addOver("working", "top", "disk");
        assertTrue(
                background.tryStart(
                        "write-back",
                        _ -> {
                            running.countDown();
                            Waiting.on(release, "the end of the work");
                        }));
        Waiting.on(running, "the work");
        CompletableFuture<Void> deleting =
                async(() -> {
                    test.layer.delete("top");
                    return null;
                });
        TestLayer.await(() -> !background.tryStart("more", _ -> {}));
        assertFalse(deleting.isDone());
        release.countDown();
        get(deleting);
    }

    @Test
    void afterGrace_runsOnceEveryRequestOfNowHasEnded() throws Exception {
        driver(_ -> {});
        test.addOver("working", "top", "disk");
        try (Root reader = test.layer.attach("reader", "top", Permissions.READ);
                Root other = test.layer.attach("other", "disk", Permissions.READ)) {
            Hold hold = test.held("disk").holdNext(Operation.READ);
            CompletableFuture<byte[]> reading = async(() -> read(reader, 0, 512));
            hold.awaitHeld();
            CompletableFuture<Void> freed = new CompletableFuture<>();
            background.afterGrace(() -> freed.complete(null));
            read(reader, 0, 512); // one that began later holds nothing up
            read(other, 0, 512);
            assertFalse(freed.isDone());
            hold.release();
            get(reading);
            get(freed);
            CompletableFuture<Void> second = new CompletableFuture<>();
            background.afterGrace(() -> {
                throw new IllegalStateException("one that throws");
            });
            background.afterGrace(() -> second.complete(null));
            get(second);
        }
    }

    @Test
    void corruptImage_isWrittenNoMore_andTellsSo() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        test.layer.events().subscribe(event -> events.add(event.name() + event.data()));
        driver(_ -> {});
        test.addOver("working", "top", "disk");
        try (Root root = test.writer("top")) {
            background.corrupted("a stain", 512, 8, false);
            write(root, 0, filled(512, 1));
            background.corrupted("a hole", -1, 0, true);
            BlockException refused =
                    assertThrows(BlockException.class, () -> write(root, 0, filled(512, 2)));
            assertEquals(BlockException.Kind.NOT_PERMITTED, refused.kind());
            assertEquals(1, read(root, 0, 1)[0], "it can still be read");
            assertEquals(
                    List.of(
                            "BLOCK_IMAGE_CORRUPTED{device=, node-name=top, msg=a stain,"
                                    + " offset=512, size=8, fatal=false}",
                            "BLOCK_IMAGE_CORRUPTED{device=, node-name=top, msg=a hole,"
                                    + " fatal=true}"),
                    events);
        }
    }

    @Test
    void request_ofTheWork_isPinnedAndSeesTheChildren() throws Exception {
        CompletableFuture<Long> length = new CompletableFuture<>();
        driver(_ -> {});
        test.addOver("working", "top", "disk");
        Child file = test.layer.graph().node("top").children().getFirst().child();
        assertTrue(
                background.tryStart(
                        "look", (Request request) -> length.complete(file.length(request))));
        assertEquals(1L << 16, get(length));
    }
}
