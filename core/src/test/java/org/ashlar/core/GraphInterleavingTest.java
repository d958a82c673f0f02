package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.ChangePlan;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.Test;

/** Changes of the graph against requests that are stopped where it hurts most. */
class GraphInterleavingTest {
    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static void snapshot(GraphView now, ChangePlan plan, String node, String overlay)
            throws BlockException {
        plan.fenceWrites(node);
        for (EdgeInfo parent : now.parents(node)) {
            plan.retarget(parent.child(), overlay);
        }
        plan.attach(overlay, "backing", ChildRole.BACKING, node);
    }

    /** Its edge may get the number of one that the graph it began on still has. */
    @Test
    void opening_whileARootGoes_followsItsOwnEdges() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            test.addHeld("other");
            test.disk("disk").put(0, filled(1, 7));
            Root leaving = test.writer("other");
            byte[] seen = new byte[1];
            ScriptedDriver.Opening opening =
                    request -> {
                        async(
                                        () -> {
                                            leaving.close();
                                            return null;
                                        })
                                .orTimeout(30, TimeUnit.SECONDS)
                                .join();
                        Child child = request.attach("file", ChildRole.IMAGE);
                        child.read(request.request(), 0, MemorySegment.ofArray(seen));
                        return new ScriptedDriver.Passing(child);
                    };
            ChildOption file = ChildOption.required("file", ChildRole.IMAGE, "What it is in.");
            test.add(
                    new ScriptedDriver(
                            "peeking",
                            DriverKind.FORMAT,
                            List.of(),
                            List.of(file),
                            opening,
                            _ -> {}),
                    1);
            test.addOver("peeking", "top", "disk");
            assertEquals(7, seen[0]);
        }
    }

    @Test
    void snapshot_whileAWriteIsHeldBelow_waitsForItAndLosesNeitherHalf() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("base");
            test.layer.add(OptionTree.typed(Map.of("driver", "overlay", "node-name", "top")));
            try (Root root = test.writer("base")) {
                Hold hold =
                        test.held("base").holdBefore(call -> call.operation() == Operation.WRITE);
                CompletableFuture<Void> first =
                        async(() -> {
                            write(root, 0, filled(2048, 1));
                            return null;
                        });
                hold.awaitHeld();
                CompletableFuture<Void> snapshot =
                        async(() -> {
                            test.layer.apply((now, plan) -> snapshot(now, plan, "base", "top"));
                            return null;
                        });
                awaitFence(root);
                CompletableFuture<Void> second =
                        async(() -> {
                            write(root, 2048, filled(2048, 2));
                            return null;
                        });
                assertFalse(snapshot.isDone());
                hold.release();
                get(first);
                get(snapshot);
                get(second);
                assertArrayEquals(filled(2048, 1), read(root, 0, 2048));
                assertArrayEquals(filled(2048, 2), read(root, 2048, 2048));
                assertArrayEquals(
                        filled(2048, 0),
                        test.disk("base").get(2048, 2048),
                        "the base is as it was");
            }
        }
    }

    /** Returns once the gate is closed for writes, which reads show to be open still. */
    private static void awaitFence(Root root) throws Exception {
        while (true) {
            try (Admission _ = root.consumer("probe").tryAdmit(Access.READ, false).orElseThrow()) {
                if (root.consumer("probe")
                        .tryAdmit(Access.WRITE, false)
                        .map(open -> {
                            open.close();
                            return false;
                        })
                        .orElse(true)) {
                    return;
                }
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void read_heldAboveAnEdgeThatIsTakenOut_endsOnItsOldSnapshot() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("base");
            test.addOverlay("middle", "base");
            test.addOverlay("top", "middle");
            test.disk("base").put(0, filled(4096, 7));
            try (Root root = test.writer("top")) {
                Hold hold =
                        test.held("base").holdBefore(call -> call.operation() == Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(root, 0, 4096));
                hold.awaitHeld();
                CompletableFuture<Void> change =
                        async(() -> {
                            test.layer.apply((now, plan) ->
                                    plan.detach(
                                            now.edge("top", ChildRole.BACKING)
                                                    .orElseThrow()
                                                    .child()));
                            return null;
                        });
                while (test.layer.graph().edge("top", ChildRole.BACKING).isPresent()) {
                    Thread.onSpinWait();
                }
                assertArrayEquals(
                        filled(4096, 0), read(root, 0, 4096), "a new request sees the new graph");
                assertFalse(
                        change.isDone(), "the change has not settled while the old request runs");
                hold.release();
                assertArrayEquals(filled(4096, 7), get(reading));
                get(change);
            }
        }
    }

    @Test
    void resize_ofANodeThatIsGivenAnOverlayMeanwhile_resizesNeither() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("base");
            test.layer.add(OptionTree.typed(Map.of("driver", "overlay", "node-name", "top")));
            Hold planning =
                    test.held("base").holdAfter(call -> call.operation() == Operation.LENGTH);
            CompletableFuture<Void> resize =
                    async(() -> {
                        test.layer.resize("base", 1 << 15);
                        return null;
                    });
            planning.awaitHeld();
            test.layer.apply((now, plan) -> snapshot(now, plan, "base", "top"));
            planning.release();
            BlockException refused = assertThrows(BlockException.class, () -> get(resize));
            assertEquals(
                    "Node 'base' was given an overlay while it was being resized",
                    refused.getMessage());
            assertEquals(1 << 16, test.disk("base").length());
            try (Root top = test.layer.attach("reader", "top", Permissions.READ)) {
                assertEquals(512, read(top, (1 << 16) - 512, 512).length);
            }
        }
    }

    @Test
    void change_whileARequestOfAnotherNodeHangs_doesNotWaitForIt() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("stuck");
            try (Root root = test.writer("stuck")) {
                Hold hold =
                        test.held("stuck").holdBefore(call -> call.operation() == Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(root, 0, 512));
                hold.awaitHeld();
                test.addHeld("other");
                test.addOverlay("above", "other");
                test.layer.resize("other", 1 << 17);
                test.layer.delete("above");
                test.layer.delete("other");
                assertFalse(reading.isDone());
                hold.release();
                get(reading);
            }
        }
    }

    @Test
    void deletedNode_whileAnOldRequestIsInIt_keepsItsNameUntilItEnds() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofMillis(200))) {
            test.addHeld("disk");
            Root root = test.layer.attach("reader", "disk", Permissions.READ);
            Hold hold = test.held("disk").holdBefore(call -> call.operation() == Operation.READ);
            CompletableFuture<byte[]> reading = async(() -> read(root, 0, 512));
            hold.awaitHeld();
            assertThrows(
                    BlockException.class, root::close, "the root still has a request in flight");
            assertThrows(
                    BlockException.class,
                    () -> test.layer.delete("disk"),
                    "it is leaving and not settled");
            BlockException refused = assertThrows(BlockException.class, () -> test.addHeld("disk"));
            assertTrue(
                    refused.getMessage().contains("'disk' is still closing"), refused.getMessage());
            hold.release();
            get(reading);
            while (!test.layer.graph().leaving().isEmpty()) {
                Thread.onSpinWait();
            }
            test.addHeld("disk");
            assertEquals(1, test.layer.graph().nodes().size());
        }
    }

    @Test
    void wait_forAChangeWhilePinned_throwsAlways() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            try (Root root = test.writer("disk")) {
                try (Admission _ = root.consumer("test").admit(Access.READ)) {
                    assertThrows(IllegalStateException.class, () -> test.addHeld("other"));
                    assertThrows(IllegalStateException.class, () -> test.layer.delete("disk"));
                    assertThrows(
                            IllegalStateException.class,
                            () -> root.consumer("b").admit(Access.READ));
                }
            }
        }
    }

    @Test
    void twoWriters_ofWhatIsNotShared_areRefusedByName() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            try (Root _ = test.layer.attach("first", "disk", Permissions.WRITE_EXCLUSIVE)) {
                BlockException refused =
                        assertThrows(
                                BlockException.class,
                                () -> test.layer.attach("second", "disk", TestLayer.READ_WRITE));
                assertEquals(
                        "Permission conflict on node 'disk': permissions 'write' are both required"
                            + " by second (uses node 'disk' as 'root' child) and unshared by first"
                            + " (uses node 'disk' as 'root' child).",
                        refused.getMessage());
            }
            test.layer.attach("third", "disk", TestLayer.READ_WRITE).close();
        }
    }

    @Test
    void circle_isRefused() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.layer.add(OptionTree.typed(Map.of("driver", "overlay", "node-name", "a")));
            test.addOverlay("b", "a");
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () ->
                                    test.layer.apply((_, plan) ->
                                            plan.attach("a", "backing", ChildRole.BACKING, "b")));
            assertTrue(refused.getMessage().contains("would create a cycle"), refused.getMessage());
        }
    }
}
