package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.FilterNode;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.Test;

/**
 * A read that has found nothing in the overlay and has not followed the edge down yet, while the
 * chain below is filled, rebuilt and closed.
 */
class StreamedReadTest {

    /** A filter that stops between looking and following its edge, and then forks. */
    private static final class Forking extends FilterNode {
        private final CountDownLatch looked = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        private Forking(Child next) {
            super(next);
        }

        @Override
        public void read(Request request, long offset, MemorySegment into) throws IOException {
            if (looked.getCount() > 0) {
                looked.countDown();
                Waiting.on(released, "the release of a read");
                request.fork(part -> next.read(part, offset, into)).join();
            } else {
                next.read(request, offset, into);
            }
        }
    }

    /** Leads the only edge of {@code top} to {@code target}. */
    private static void lead(TestLayer test, String top, ChildRole role, String target)
            throws IOException {
        test.layer.apply((now, plan) -> {
            plan.reserve(target);
            plan.retarget(now.edge(top, role).orElseThrow().child(), target);
        });
    }

    @Test
    void read_heldBeforeItFollowsTheEdge_endsInTheOldChain_whichIsClosedOnlyThen()
            throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("old");
            test.addHeld("new");
            test.disk("old").put(0, filled(4096, 7));
            test.disk("new").put(0, filled(4096, 9)); // what a request on the new graph reads
            test.addOverlay("top", "old");
            try (Root root = test.layer.attach("guest", "top", Permissions.READ)) {
                Hold hold = test.held("old").holdNext(Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(root, 0, 4096));
                hold.awaitHeld();
                CompletableFuture<Void> change = completion(test, ChildRole.BACKING);
                test.layer.graph();
                TestLayer.await(() -> leadsTo(test, "new"));
                Hold closing = test.held("old").holdNext(Operation.CLOSE);
                closing.release();
                assertArrayEquals(filled(4096, 9), read(root, 0, 4096));
                assertFalse(change.isDone(), "the old read is still under way");
                assertFalse(closing.isHeld(), "the old node is still open");
                hold.release();
                assertArrayEquals(filled(4096, 7), get(reading));
                get(change);
                assertTrue(closing.isHeld(), "it was closed after the read had ended");
            }
        }
    }

    private static CompletableFuture<Void> completion(TestLayer test, ChildRole role) {
        return async(() -> {
            lead(test, "top", role, "new");
            test.layer.delete("old");
            return null;
        });
    }

    private static boolean leadsTo(TestLayer test, String target) {
        return test.layer
                .graph()
                .find("top")
                .orElseThrow()
                .children()
                .getFirst()
                .target()
                .equals(target);
    }

    @Test
    void read_forkedAfterTheSwitch_endsInTheOldChain_whichIsClosedOnlyThen() throws Exception {
        try (TestLayer test = new TestLayer()) {
            Forking[] filter = new Forking[1];
            test.add(
                    ScriptedDriver.filter("forking", (file, _) -> filter[0] = new Forking(file)),
                    1);
            test.addHeld("old");
            test.addHeld("new");
            test.disk("old").put(0, filled(4096, 7));
            test.addOver("forking", "top", "old");
            try (Root root = test.layer.attach("guest", "top", Permissions.READ)) {
                CompletableFuture<byte[]> reading = async(() -> read(root, 0, 4096));
                Waiting.on(filter[0].looked, "the read");
                CompletableFuture<Void> change = completion(test, ChildRole.FILTERED);
                TestLayer.await(() -> leadsTo(test, "new"));
                Hold fork = test.held("old").holdNext(Operation.READ);
                filter[0].released.countDown();
                fork.awaitHeld();
                Hold closing = test.held("old").holdNext(Operation.CLOSE);
                closing.release();
                assertFalse(change.isDone());
                assertFalse(closing.isHeld());
                fork.release();
                assertArrayEquals(filled(4096, 7), get(reading));
                get(change);
                assertTrue(closing.isHeld());
            }
        }
    }

    @Test
    void fork_thatOutlivesItsRequest_keepsWhatItReachesOpen() throws Exception {
        try (TestLayer test = new TestLayer()) {
            CountDownLatch forked = new CountDownLatch(1);
            CompletableFuture<byte[]> late = new CompletableFuture<>();
            test.add(
                    ScriptedDriver.filter(
                            "leaving", (file, _) -> new LateReader(file, forked, late)),
                    1);
            test.addHeld("old");
            test.addHeld("new");
            test.disk("old").put(512, filled(512, 7));
            test.addOver("leaving", "top", "old");
            try (Root root = test.layer.attach("guest", "top", Permissions.READ)) {
                Hold hold = test.held("old").holdNext(Operation.READ);
                assertEquals(512, read(root, 0, 512).length, "the request itself has ended");
                hold.awaitHeld();
                CompletableFuture<Void> change = completion(test, ChildRole.FILTERED);
                TestLayer.await(() -> leadsTo(test, "new"));
                Hold closing = test.held("old").holdNext(Operation.CLOSE);
                closing.release();
                assertFalse(closing.isHeld());
                assertFalse(change.isDone());
                hold.release();
                assertArrayEquals(filled(512, 7), get(late));
                get(change);
                assertTrue(closing.isHeld());
            }
        }
    }

    /** Answers at once, and reads ahead in a fork. */
    private static final class LateReader extends FilterNode {
        private final CountDownLatch forked;
        private final CompletableFuture<byte[]> late;

        private LateReader(Child next, CountDownLatch forked, CompletableFuture<byte[]> late) {
            super(next);
            this.forked = forked;
            this.late = late;
        }

        @Override
        public void read(Request request, long offset, MemorySegment into) {
            request.fork(part -> {
                byte[] ahead = new byte[512];
                forked.countDown();
                next.read(part, offset + 512, MemorySegment.ofArray(ahead));
                late.complete(ahead);
            });
        }
    }

    @Test
    void middleNode_thatNobodyNamed_goesWithTheChange_andClosesAfterTheOldRead() throws Exception {
        try (TestLayer test = new TestLayer()) {
            HeldNode[] middle = new HeldNode[1];
            test.add(
                    ScriptedDriver.filter(
                            "middling",
                            (file, _) ->
                                    middle[0] = new HeldNode(new ScriptedDriver.Passing(file))),
                    1);
            test.addHeld("base");
            test.disk("base").put(0, filled(4096, 7));
            test.addOverlay("top", java.util.Map.of("driver", "middling", "file", "base"));
            try (Root root = test.layer.attach("guest", "top", Permissions.READ)) {
                Hold hold = middle[0].holdNext(Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(root, 0, 4096));
                hold.awaitHeld();
                CompletableFuture<Void> change =
                        async(() -> {
                            lead(test, "top", ChildRole.BACKING, "base");
                            return null;
                        });
                TestLayer.await(() -> leadsTo(test, "base"));
                assertEquals(2, test.layer.graph().nodes().size());
                assertEquals(1, test.layer.graph().leaving().size());
                assertFalse(change.isDone());
                hold.release();
                assertArrayEquals(filled(4096, 7), get(reading));
                get(change);
                assertEquals(0, test.layer.graph().leaving().size());
            }
        }
    }
}
