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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.ChangePlan;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.Test;

/** The four steps of a change: what it keeps others from, and what is left of one that fails. */
class ChangesTest {

    /** An outside step that stops until it is let go, and then does as it is told. */
    static final class Step implements ChangePlan.OutsideStep {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final Request.Work then;

        Step(Request.Work then) {
            this.then = then;
        }

        @Override
        public void apply(Request request) throws IOException {
            reached.countDown();
            Waiting.on(released, "the release of a step");
            then.run(request);
        }

        @Override
        public void undo(Request request) {}

        void awaitReached() {
            Waiting.on(reached, "a step");
        }

        void release() {
            released.countDown();
        }
    }

    private static void emptyOverlay(TestLayer test, String name) throws IOException {
        test.layer.add(OptionTree.typed(Map.of("driver", "overlay", "node-name", name)));
    }

    private static void attach(ChangePlan plan, String top, String below) throws BlockException {
        plan.attach(top, "backing", ChildRole.BACKING, below);
    }

    @Test
    void twoChanges_thatTogetherWouldCloseACircle_doNotBothComeToTheirSwitch() throws Exception {
        try (TestLayer test = new TestLayer()) {
            for (String name : new String[] {"a", "b", "c", "d"}) {
                emptyOverlay(test, name);
            }
            test.layer.apply((_, plan) -> attach(plan, "b", "c"));
            test.layer.apply((_, plan) -> attach(plan, "d", "a"));
            Step step = new Step(_ -> {});
            CompletableFuture<Void> first =
                    async(() -> {
                        test.layer.apply((_, plan) -> {
                            attach(plan, "a", "b");
                            plan.outside(step);
                        });
                        return null;
                    });
            step.awaitReached();
            CompletableFuture<Void> second =
                    async(() -> {
                        test.layer.apply((_, plan) -> attach(plan, "c", "d"));
                        return null;
                    });
            step.release();
            get(first);
            BlockException refused = assertThrows(BlockException.class, () -> get(second));
            assertTrue(refused.getMessage().contains("would create a cycle"), refused.getMessage());
            assertEquals("b", test.layer.graph().below("a").orElseThrow().name());
            test.layer.delete("d"); // nothing is left reserved
        }
    }

    @Test
    void user_thatComesWhileAllUsersAreTakenElsewhere_comesAfterTheSwitch() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            emptyOverlay(test, "top");
            Step step = new Step(_ -> {});
            CompletableFuture<Void> snapshot =
                    async(() -> {
                        test.layer.apply((now, plan) -> {
                            plan.fenceWrites("disk");
                            for (EdgeInfo user : now.parents("disk")) {
                                plan.retarget(user.child(), "top");
                            }
                            attach(plan, "top", "disk");
                            plan.outside(step);
                        });
                        return null;
                    });
            step.awaitReached();
            Doing<List<String>> user =
                    Doing.start(() -> {
                        try (Root _ = test.writer("disk")) {
                            return test.layer.graph().parents("disk").stream()
                                    .map(EdgeInfo::parent)
                                    .toList();
                        }
                    });
            // Were it let in, it would be left where the writes of the others no longer go.
            user.awaitWaiting("awaitOther");
            step.release();
            get(snapshot);
            assertTrue(user.get().contains("top"), "the snapshot was taken before");
        }
    }

    @Test
    void failedChange_activatesAgainWhatItHadMadeInactive() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            Hold inactivated = test.held("disk").holdNext(Operation.INACTIVATE);
            Hold activated = test.held("disk").holdNext(Operation.ACTIVATE);
            inactivated.release();
            activated.release();
            assertThrows(
                    IOException.class,
                    () ->
                            test.layer.apply((_, plan) -> {
                                plan.remove("disk");
                                Step step = failing(new IOException("no"));
                                step.release();
                                plan.outside(step);
                            }));
            assertTrue(inactivated.isHeld());
            assertTrue(activated.isHeld(), "the node serves on, so it must be active");
            assertTrue(test.layer.graph().find("disk").isPresent());
        }
    }

    private static Step failing(IOException error) {
        return new Step(_ -> {
            throw error;
        });
    }

    @Test
    void step_thatFailsByADefect_isUndoneAndLeavesNothingReserved() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            boolean[] undone = new boolean[1];
            ChangePlan.OutsideStep broken =
                    new ChangePlan.OutsideStep() {
                        @Override
                        public void apply(Request request) {
                            throw new NoClassDefFoundError("gone with its bundle");
                        }

                        @Override
                        public void undo(Request request) {
                            undone[0] = true;
                        }
                    };
            assertThrows(
                    NoClassDefFoundError.class,
                    () ->
                            test.layer.apply((_, plan) -> {
                                plan.reserve("disk");
                                plan.outside(broken);
                            }));
            assertTrue(undone[0]);
            test.layer.delete("disk");
        }
    }

    @Test
    void removal_ofANodeThatIsStillUsed_isRefused() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            test.addOverlay("top", "disk");
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> test.layer.apply((_, plan) -> plan.remove("disk")));
            assertEquals(Kind.BUSY, refused.kind());
            assertEquals("Node 'disk' is in use", refused.getMessage());
        }
    }

    @Test
    void removedNode_isWrittenOutBeforeItGoes_parentsFirst() throws Exception {
        HeldNode[] format = new HeldNode[1];
        TestLayer test = new TestLayer();
        test.add(
                ScriptedDriver.format(
                        "caching",
                        (file, _) -> format[0] = new HeldNode(new ScriptedDriver.Passing(file))),
                1);
        test.addHeld("disk");
        test.addOver("caching", "top", "disk");
        Hold ofTop = format[0].holdNext(Operation.INACTIVATE);
        Hold ofDisk = test.held("disk").holdNext(Operation.INACTIVATE);
        ofDisk.release();
        CompletableFuture<Void> closing =
                async(() -> {
                    test.close();
                    return null;
                });
        ofTop.awaitHeld();
        assertFalse(ofDisk.isHeld(), "what it is stored in is still active");
        ofTop.release();
        get(closing);
        assertTrue(ofDisk.isHeld());
    }

    @Test
    void closingARootTwice_givesItsPlaceBackOnce() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            test.disk("disk").put(0, filled(512, 7));
            for (int i = 0; i < 50; i++) {
                Root root = test.layer.attach("twice", "disk", Permissions.READ);
                CompletableFuture<Void> one = close(root);
                CompletableFuture<Void> other = close(root);
                try (Root first = test.layer.attach("first", "disk", Permissions.READ);
                        Root second = test.layer.attach("second", "disk", Permissions.READ)) {
                    get(one);
                    get(other);
                    try (Root third = test.layer.attach("third", "disk", Permissions.READ)) {
                        for (Root open : new Root[] {first, second, third}) {
                            assertArrayEquals(filled(512, 7), read(open, 0, 512));
                        }
                    }
                }
            }
        }
    }

    private static CompletableFuture<Void> close(Root root) {
        return async(() -> {
            root.close();
            return null;
        });
    }

    @Test
    void root_whoseEdgeIsBeingChanged_isNotClosedBeforeTheSwitch() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofMillis(300))) {
            test.addHeld("disk");
            emptyOverlay(test, "top");
            Root root = test.writer("disk");
            Step step = new Step(_ -> {});
            CompletableFuture<Void> snapshot =
                    async(() -> {
                        test.layer.apply((now, plan) -> {
                            plan.retarget(now.roots().getFirst().child(), "top");
                            attach(plan, "top", "disk");
                            plan.outside(step);
                        });
                        return null;
                    });
            step.awaitReached();
            BlockException busy = assertThrows(BlockException.class, root::close);
            assertEquals(Kind.BUSY, busy.kind());
            step.release();
            get(snapshot);
            root.close();
            assertTrue(test.layer.graph().roots().isEmpty(), "no root came back to life");
            test.layer.delete("top");
            test.layer.delete("disk");
        }
    }

    @Test
    void stuckReadOfOneSource_doesNotHoldUpTheCloseOfAnother() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofSeconds(2))) {
            test.addHeld("disk");
            try (Root stuck = test.layer.attach("stuck", "disk", Permissions.READ)) {
                Hold hold = test.held("disk").holdNext(Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(stuck, 0, 512));
                hold.awaitHeld();
                Root other = test.writer("disk");
                write(other, 0, new byte[512]);
                other.close(); // would throw after two seconds
                test.addOverlay("top", "disk");
                test.layer.delete("top");
                assertFalse(reading.isDone());
                hold.release();
                get(reading);
            }
        }
    }

    /** Remembers what it was told to hold. */
    private static final class Locking extends ScriptedDriver.Passing {
        private volatile Permissions held = Permissions.NONE;

        private Locking(org.ashlar.spi.Child next) {
            super(next);
        }

        @Override
        public void holdPermissions(Permissions total) {
            held = total;
        }
    }

    @Test
    void locks_ofAWriterThatIsStillLeaving_outliveChangesOfOthers() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofMillis(300))) {
            Locking[] node = new Locking[1];
            test.add(ScriptedDriver.filter("locking", (file, _) -> node[0] = new Locking(file)), 1);
            test.provide("disk", new MemoryNode(1 << 16));
            test.addHeld("disk");
            test.addOver("locking", "top", "disk");
            Root writer = test.writer("top");
            Hold hold = test.held("disk").holdNext(Operation.WRITE);
            CompletableFuture<Void> writing =
                    async(() -> {
                        write(writer, 0, new byte[512]);
                        return null;
                    });
            hold.awaitHeld();
            assertThrows(BlockException.class, writer::close);
            test.layer.attach("reader", "top", Permissions.READ).close();
            assertTrue(node[0].held.uses(Permission.WRITE), "its write is still in the node");
            hold.release();
            get(writing);
            TestLayer.await(() -> !node[0].held.uses(Permission.WRITE));
        }
    }

    @Test
    void failedChange_lowersAgainWhatItHadRaised() throws Exception {
        try (TestLayer test = new TestLayer()) {
            Locking[] node = new Locking[1];
            test.add(ScriptedDriver.filter("locking", (file, _) -> node[0] = new Locking(file)), 1);
            test.addHeld("disk");
            test.addOver("locking", "low", "disk");
            test.layer.add(
                    OptionTree.typed(
                            Map.of("driver", "overlay", "node-name", "top", "backing", "low")));
            try (Root _ = test.layer.attach("reader", "top", Permissions.READ)) {
                assertEquals(Set.of(Permission.CONSISTENT_READ), node[0].held.used());
                emptyOverlay(test, "reading");
                try (Root _ = test.layer.attach("other", "reading", Permissions.READ)) {
                    Permissions before = node[0].held;
                    assertThrows(
                            IOException.class,
                            () ->
                                    test.layer.apply((_, plan) -> {
                                        attach(plan, "reading", "low");
                                        Step step = failing(new IOException("no"));
                                        step.release();
                                        plan.outside(step);
                                    }));
                    assertEquals(before, node[0].held);
                }
            }
        }
    }
}
