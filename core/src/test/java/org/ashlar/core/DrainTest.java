package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobDriver;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.Test;

/** Drains against guests, jobs and background work that are in the middle of something. */
class DrainTest {
    private static final int LENGTH = 1 << 16;

    static void start(TestLayer test, String type, String node) throws IOException {
        test.layer
                .jobs()
                .start(
                        type,
                        new JobSettings(type, 0, ErrorPolicy.REPORT, true, false),
                        OptionTree.typed(Map.of("node", node)));
    }

    static void blocks(TestLayer test, String name) throws IOException {
        Capabilities able =
                MemoryNode.CAPABILITIES.without(Feature.NON_BLOCKING).withAlignment(512);
        test.provide(name, new MemoryNode(LENGTH, able));
        test.addHeld(name);
    }

    private static void awaitConcluded(TestLayer test, String id) {
        TestLayer.await(() ->
                test.layer.jobs().list().stream()
                        .anyMatch(job ->
                                job.id().equals(id) && job.status().name().equals("CONCLUDED")));
    }

    private static Optional<String> errorOf(TestLayer test, String id) {
        return test.layer.jobs().list().stream()
                .filter(job -> job.id().equals(id))
                .findFirst()
                .orElseThrow()
                .error();
    }

    static void adopt(TestLayer test, JobDriver driver) {
        test.registry.add(Kind.JOB, driver, Rank.NONE);
    }

    @Test
    void chunk_stoppedWithItsRangeHeld_whileGuestAndJobAreDrained_endsWhenItIsReleased()
            throws Exception {
        try (TestLayer test = new TestLayer()) {
            blocks(test, "disk");
            adopt(test, CopyJob.driver("copy", (_, _) -> {}));
            try (Root guest = test.writer("disk")) {
                Hold chunk =
                        test.held("disk").holdAfter(call -> call.operation() == Operation.READ);
                start(test, "copy", "disk");
                chunk.awaitHeld();
                Doing<?> behind =
                        Doing.run(() -> write(guest, 8, filled(8, 2)))
                                .awaitWaiting("RangeLocks.hold"); // admitted
                CompletableFuture<Void> drain =
                        async(() -> {
                            test.layer.apply((_, plan) -> plan.drain("disk"));
                            return null;
                        });
                awaitGateClosed(guest, Access.READ);
                assertFalse(drain.isDone());
                chunk.release();
                get(drain);
                behind.get();
                awaitConcluded(test, "copy");
                assertArrayEquals(filled(8, 1), read(guest, 0, 8));
                assertArrayEquals(filled(8, 2), read(guest, 8, 8));
            }
        }
    }

    private static void awaitGateClosed(Root root, Access access) {
        Consumer probe = root.consumer("probe");
        TestLayer.await(() -> {
            try {
                Optional<Admission> admission = probe.tryAdmit(access, false);
                admission.ifPresent(Admission::close);
                return admission.isEmpty();
            } catch (BlockException gone) {
                throw new AssertionError(gone);
            }
        });
    }

    @Test
    void twoJobs_completing_eachDrainingWhatTheOthersSourceUses_bothEnd() throws Exception {
        try (TestLayer test = new TestLayer()) {
            blocks(test, "a");
            blocks(test, "b");
            adopt(test, CopyJob.driver("left", (_, plan) -> plan.drain("b")));
            adopt(test, CopyJob.driver("right", (_, plan) -> plan.drain("a")));
            Hold inA = test.held("a").holdNext(Operation.WRITE);
            Hold inB = test.held("b").holdNext(Operation.WRITE);
            start(test, "left", "a");
            start(test, "right", "b");
            inA.awaitHeld();
            inB.awaitHeld();
            inA.release();
            inB.release();
            awaitConcluded(test, "left");
            awaitConcluded(test, "right");
            assertEquals(Optional.empty(), errorOf(test, "left"));
            assertEquals(Optional.empty(), errorOf(test, "right"));
        }
    }

    @Test
    void jobOfOneLayer_thatAsksForAChangeOfAnotherWhileAdmitted_isRefused() throws Exception {
        try (TestLayer one = new TestLayer();
                TestLayer other = new TestLayer()) {
            one.addHeld("disk");
            other.addHeld("disk");
            try (Root root = one.writer("disk");
                    Root elsewhere = other.writer("disk");
                    Admission _ = root.consumer("test").admit(Access.READ)) {
                assertThrows(IllegalStateException.class, () -> other.layer.delete("disk"));
                assertThrows(
                        IllegalStateException.class,
                        () -> elsewhere.consumer("test").admit(Access.READ));
                assertThrows(
                        IllegalStateException.class,
                        () -> elsewhere.consumer("test").awaitOpen(Access.READ));
                assertThrows(IllegalStateException.class, elsewhere::close);
            }
        }
    }

    @Test
    void drains_nestAndOverlap_theGateOpensWithTheLast() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            test.addOverlay("top", "disk");
            try (Root root = test.layer.attach("guest", "top", Permissions.READ)) {
                ChangesTest.Step first = new ChangesTest.Step(_ -> {});
                ChangesTest.Step second = new ChangesTest.Step(_ -> {});
                CompletableFuture<Void> one = drained(test, "disk", first);
                CompletableFuture<Void> other = drained(test, "top", second);
                first.awaitReached();
                second.awaitReached();
                first.release();
                get(one);
                assertTrue(root.consumer("test").tryAdmit(Access.READ, false).isEmpty());
                second.release();
                get(other);
                assertEquals(512, read(root, 0, 512).length);
            }
        }
    }

    private static CompletableFuture<Void> drained(
            TestLayer test, String node, ChangesTest.Step step) {
        return async(() -> {
            test.layer.apply((_, plan) -> {
                plan.drain(node);
                plan.outside(step);
            });
            return null;
        });
    }

    @Test
    void drain_thatMeetsItsLimit_isUndone_andTheGuestGoesOn() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofMillis(200))) {
            test.addHeld("disk");
            try (Root root = test.writer("disk")) {
                Hold hold = test.held("disk").holdNext(Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(root, 0, 512));
                hold.awaitHeld();
                BlockException late =
                        assertThrows(
                                BlockException.class,
                                () -> test.layer.apply((_, plan) -> plan.drain("disk")));
                assertTrue(
                        late.getMessage().contains("requests of writer of disk"),
                        late.getMessage());
                write(root, 0, filled(512, 3));
                hold.release();
                get(reading);
                assertArrayEquals(filled(512, 3), read(root, 0, 512));
            }
        }
    }

    @Test
    void backgroundWork_ofADrainedNode_doesNotStart_andGoesOnAfterwards() throws Exception {
        try (TestLayer test = new TestLayer()) {
            Background[] work = new Background[1];
            CountDownLatch ticks = new CountDownLatch(3);
            test.add(
                    ScriptedDriver.filter(
                            "working",
                            (file, request) -> {
                                work[0] = request.background();
                                work[0].every("tick", Duration.ofMillis(1), _ -> ticks.countDown());
                                return new ScriptedDriver.Passing(file);
                            }),
                    1);
            test.addHeld("disk");
            test.addOver("working", "top", "disk");
            ChangesTest.Step step = new ChangesTest.Step(_ -> {});
            CompletableFuture<Void> drain = drained(test, "disk", step);
            step.awaitReached();
            assertFalse(work[0].tryStart("late", _ -> {}), "the drain below closes the gate");
            step.release();
            get(drain);
            CompletableFuture<Void> ran = new CompletableFuture<>();
            assertTrue(work[0].tryStart("now", _ -> ran.complete(null)));
            get(ran);
            Waiting.on(ticks, "the schedule to go on");
            assertEquals(
                    ChildRole.FILTERED,
                    test.layer.graph().find("top").orElseThrow().children().getFirst().role());
        }
    }
}
