package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Reads of a chain that the core has a merged map of, stopped where what the map says could be
 * overtaken by a change. The chain is top, upper, lower, base.
 */
class MergedMapTest {
    private static final int BLOCK = OverlayDriver.BLOCK;
    private static final byte[] OLD = filled(BLOCK, 1);
    private static final byte[] NEW = filled(BLOCK, 2);

    private final TestLayer test = new TestLayer();

    @BeforeEach
    void openChain() throws IOException {
        test.addHeld("base");
        test.disk("base").put(0, filled(1 << 16, 1));
        test.addOverlay("lower", "base");
        test.addOverlay("upper", "lower");
        test.addOverlay("top", "upper");
    }

    @AfterEach
    void close() {
        test.close();
    }

    private Hold hold(String node, Operation operation) {
        return test.overlays.held(node).holdNext(operation);
    }

    private static Void zero(Root root, long offset, long length) throws IOException {
        try (Admission admission = root.consumer("test").admit(Access.WRITE)) {
            root.root().zero(admission.request(), offset, length, IoFlags.NONE);
        }
        return null;
    }

    /** Overlays that were asked once are not gone through again. */
    @Test
    void read_ofWhatIsKnown_goesToTheLayerThatDecides() throws Exception {
        try (Root root = test.writer("top")) {
            assertArrayEquals(OLD, read(root, 0, BLOCK));
            Hold reading = hold("upper", Operation.READ);
            Hold asking = hold("upper", Operation.EXTENT);
            reading.release();
            asking.release();
            assertArrayEquals(OLD, read(root, BLOCK, BLOCK));
            assertFalse(reading.isHeld(), "upper was not read");
            assertFalse(asking.isHeld(), "upper was not asked");
        }
    }

    @Test
    void write_intoTheTop_whileAnAnswerIsHeld_isSeenByReadsAfterIt() throws Exception {
        try (Root root = test.writer("top")) {
            Hold asked = hold("upper", Operation.EXTENT); // the top has answered
            CompletableFuture<byte[]> reading = async(() -> read(root, 0, BLOCK));
            asked.awaitHeld();
            write(root, 0, NEW);
            asked.release();
            get(reading); // it began before the write: either is right
            assertArrayEquals(NEW, read(root, 0, BLOCK));
        }
    }

    @Test
    void write_intoAMiddleLayer_whileAnAnswerIsHeld_isSeenByReadsAfterIt() throws Exception {
        try (Root root = test.layer.attach("reader", "top", Permissions.READ);
                Root below = test.writer("upper")) {
            Hold asked = hold("lower", Operation.EXTENT); // top and upper have answered
            CompletableFuture<byte[]> reading = async(() -> read(root, 0, BLOCK));
            asked.awaitHeld();
            write(below, 0, NEW);
            asked.release();
            get(reading);
            assertArrayEquals(NEW, read(root, 0, BLOCK));
        }
    }

    @Test
    void zero_whileAnAnswerIsHeld_isSeenByReadsAfterIt() throws Exception {
        try (Root root = test.writer("top")) {
            Hold asked = hold("upper", Operation.EXTENT);
            CompletableFuture<byte[]> reading = async(() -> read(root, 0, 4 * BLOCK));
            asked.awaitHeld();
            zero(root, 0, 3 * BLOCK);
            asked.release();
            get(reading);
            assertArrayEquals(new byte[3 * BLOCK], read(root, 0, 3 * BLOCK));
            assertArrayEquals(OLD, read(root, 3 * BLOCK, BLOCK));
        }
    }

    @Test
    void write_elsewhere_whileAnAnswerIsHeld_doesNotSpoilIt() throws Exception {
        long far = 65L * BLOCK; // another block of granules
        provideLongChain(130);
        try (Root root = test.writer("t")) {
            Hold asked = hold("u", Operation.EXTENT);
            CompletableFuture<byte[]> reading = async(() -> read(root, 0, BLOCK));
            asked.awaitHeld();
            write(root, far, NEW);
            asked.release();
            assertArrayEquals(OLD, get(reading));
            Hold again = hold("u", Operation.EXTENT);
            again.release();
            assertArrayEquals(OLD, read(root, 0, BLOCK));
            assertFalse(again.isHeld(), "the answer was kept");
            assertArrayEquals(NEW, read(root, far, BLOCK));
        }
    }

    /** Opens t, u, l over b, of so many blocks. */
    private void provideLongChain(int blocks) throws IOException {
        long length = (long) blocks * BLOCK;
        MemoryNode disk = new MemoryNode(length);
        disk.put(0, filled((int) length, 1));
        test.provide("b", disk);
        test.addHeld("b");
        test.addOverlay("l", "b", length);
        test.addOverlay("u", "l", length);
        test.addOverlay("t", "u", length);
    }

    @Test
    void write_overPartOfWhatIsKnown_leavesTheRestKnown() throws Exception {
        try (Root root = test.writer("top")) {
            assertArrayEquals(filled(6 * BLOCK, 1), read(root, 0, 6 * BLOCK));
            write(root, 2 * BLOCK, filled(3 * BLOCK, 2));
            byte[] expected = filled(6 * BLOCK, 1);
            Arrays.fill(expected, 2 * BLOCK, 5 * BLOCK, (byte) 2);
            assertArrayEquals(NEW, read(root, 4 * BLOCK, BLOCK));
            assertArrayEquals(expected, read(root, 0, 6 * BLOCK));
        }
    }

    @Test
    void chain_thatIsLedToOtherContent_isReadAnew() throws Exception {
        test.addHeld("other");
        test.addOverlay("otherLower", "other");
        test.addOverlay("otherUpper", "otherLower");
        try (Root root = test.layer.attach("reader", "top", Permissions.READ)) {
            assertArrayEquals(OLD, read(root, 0, BLOCK));
            test.layer.apply((now, plan) -> {
                plan.reserve("otherUpper");
                plan.retarget(
                        now.edge("top", ChildRole.BACKING).orElseThrow().child(), "otherUpper");
            });
            assertArrayEquals(new byte[BLOCK], read(root, 0, BLOCK));
        }
    }

    @Test
    void read_acrossLayers_isPutTogether() throws Exception {
        try (Root root = test.writer("top");
                Root below = test.writer("lower")) {
            write(below, BLOCK, NEW);
            write(root, 3 * BLOCK, filled(BLOCK, 3));
            for (int round = 0; round < 2; round++) {
                byte[] all = read(root, 512, 4 * BLOCK);
                assertEquals(1, all[BLOCK - 513]);
                assertEquals(2, all[BLOCK - 512]);
                assertEquals(2, all[2 * BLOCK - 513]);
                assertEquals(1, all[2 * BLOCK - 512]);
                assertEquals(3, all[3 * BLOCK - 512]);
                assertEquals(1, all[4 * BLOCK - 512]);
            }
        }
    }

    @Test
    void layer_thatIsShorter_isFollowedByZeroes_alsoAfterItHasGrown() throws Exception {
        test.addOverlay("short", "upper", 10 * BLOCK + 512);
        test.addOverlay("long", "short", 1 << 16);
        try (Root root = test.layer.attach("reader", "long", Permissions.READ);
                Root below = test.writer("short")) {
            byte[] expected = new byte[2 * BLOCK];
            Arrays.fill(expected, 0, 512, (byte) 1);
            assertArrayEquals(expected, read(root, 10 * BLOCK, 2 * BLOCK));
            assertArrayEquals(expected, read(root, 10 * BLOCK, 2 * BLOCK));
            test.layer.resize("short", 12 * BLOCK);
            assertArrayEquals(expected, read(root, 10 * BLOCK, 2 * BLOCK));
            write(below, 11 * BLOCK, NEW);
            assertArrayEquals(NEW, read(root, 11 * BLOCK, BLOCK));
        }
    }

    @Test
    void layer_thatIsCutAndGrown_showsNothingOfWhatLiesBelowTheCut() throws Exception {
        test.addOverlay("over", "top", 1 << 16);
        try (Root root = test.layer.attach("reader", "over", Permissions.READ)) {
            assertArrayEquals(OLD, read(root, 12 * BLOCK, BLOCK));
            test.layer.resize("upper", 12 * BLOCK);
            assertArrayEquals(new byte[BLOCK], read(root, 12 * BLOCK, BLOCK));
            test.layer.resize("upper", 1 << 16);
            assertArrayEquals(new byte[BLOCK], read(root, 12 * BLOCK, BLOCK));
            assertArrayEquals(OLD, read(root, 11 * BLOCK, BLOCK));
        }
    }

    @Test
    void top_thatGrowsOverALongerLayer_readsAsZeroesThere() throws Exception {
        test.addOverlay("small", "upper", 4 * BLOCK);
        try (Root root = test.writer("small")) {
            assertArrayEquals(OLD, read(root, 3 * BLOCK, BLOCK));
            test.layer.resize("small", 8 * BLOCK);
            assertArrayEquals(new byte[4 * BLOCK], read(root, 4 * BLOCK, 4 * BLOCK));
        }
    }

    /** The base's own length is looked at by each read, as it may change unseen. */
    @Test
    void base_thatIsCutBesideAnyRequest_isFollowedByZeroes() throws Exception {
        try (Root root = test.layer.attach("reader", "top", Permissions.READ)) {
            assertArrayEquals(OLD, read(root, 12 * BLOCK, BLOCK));
            test.layer.resize("base", 12 * BLOCK);
            assertArrayEquals(new byte[BLOCK], read(root, 12 * BLOCK, BLOCK));
        }
    }

    @Test
    void snapshot_whileAnAnswerIsHeld_isSeenByReadsAfterIt() throws Exception {
        test.layer.add(OptionTree.typed(Map.of("driver", "overlay", "node-name", "snapshot")));
        try (Root root = test.writer("top")) {
            Hold asked = hold("upper", Operation.EXTENT);
            CompletableFuture<byte[]> reading = async(() -> read(root, 0, BLOCK));
            asked.awaitHeld();
            CompletableFuture<Void> change =
                    async(() -> {
                        test.layer.apply((now, plan) -> {
                            plan.fenceWrites("top");
                            for (EdgeInfo parent : now.parents("top")) {
                                plan.retarget(parent.child(), "snapshot");
                            }
                            plan.attach("snapshot", "backing", ChildRole.BACKING, "top");
                        });
                        return null;
                    });
            TestLayer.await(() ->
                    test.layer.graph().parents("top").size() == 1
                            && !test.layer.graph().parents("top").getFirst().root());
            write(root, 0, NEW);
            assertArrayEquals(NEW, read(root, 0, BLOCK));
            asked.release();
            assertArrayEquals(OLD, get(reading), "it began before the snapshot and the write");
            get(change);
            assertArrayEquals(NEW, read(root, 0, BLOCK));
        }
    }

    /** Leads the top past upper. */
    private CompletableFuture<Void> shorten() {
        return async(() -> {
            test.layer.apply((now, plan) -> {
                plan.reserve("lower");
                plan.retarget(now.edge("top", ChildRole.BACKING).orElseThrow().child(), "lower");
            });
            return null;
        });
    }

    private void awaitShortened() {
        TestLayer.await(() ->
                test.layer.graph().parents("upper").stream()
                        .noneMatch(edge -> edge.parent().equals("top")));
    }

    private static byte[] readOn(Admission admission, Root root, long offset) throws IOException {
        byte[] bytes = new byte[BLOCK];
        root.root().read(admission.request(), offset, MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** Writes the first block on the newest graph, which has a map of its own by then. */
    private static byte[] writeAndRead(Root root) throws IOException {
        read(root, 0, BLOCK);
        write(root, 0, NEW);
        return read(root, 0, BLOCK);
    }

    @Test
    void readOnAnOldGraph_afterAWriteThatWasAcknowledgedOnANewer_seesIt() throws Exception {
        try (Root root = test.writer("top")) {
            CompletableFuture<Void> change;
            try (Admission old = root.consumer("old").admit(Access.READ)) {
                assertArrayEquals(OLD, readOn(old, root, 0));
                change = shorten();
                awaitShortened();
                assertArrayEquals(NEW, get(async(() -> writeAndRead(root))));
                assertArrayEquals(NEW, readOn(old, root, 0));
                assertFalse(change.isDone(), "the old graph is in use");
            }
            get(change);
        }
    }

    @Test
    void answer_thatIsHeldOnAnOldGraph_isNotKeptAfterAWriteOnANewer() throws Exception {
        try (Root root = test.writer("top")) {
            CompletableFuture<Void> change;
            try (Admission old = root.consumer("old").admit(Access.READ)) {
                Hold asked = hold("lower", Operation.EXTENT);
                CompletableFuture<byte[]> reading = async(() -> readOn(old, root, 0));
                asked.awaitHeld();
                change = shorten();
                awaitShortened();
                assertArrayEquals(NEW, get(async(() -> writeAndRead(root))));
                asked.release();
                get(reading);
                assertArrayEquals(NEW, readOn(old, root, 0));
            }
            get(change);
        }
    }

    /** Stream fills the top from below and takes the middle out. */
    @Test
    void readHeldAtTheLayerThatDecides_whenStreamHasTakenItOut_endsThereAndClosesItOnlyThen()
            throws Exception {
        try (Root below = test.writer("upper")) {
            write(below, 0, NEW);
        }
        try (Root root = test.writer("top")) {
            assertArrayEquals(NEW, read(root, 0, BLOCK));
            HeldNode upper = test.overlays.held("upper");
            Hold read = upper.holdNext(Operation.READ);
            CompletableFuture<byte[]> reading = async(() -> read(root, 0, BLOCK));
            read.awaitHeld();
            write(root, 0, NEW); // what stream would put there
            CompletableFuture<Void> change =
                    async(() -> {
                        get(shorten());
                        test.layer.delete("upper");
                        return null;
                    });
            awaitShortened();
            Hold closing = upper.holdNext(Operation.CLOSE);
            closing.release();
            assertArrayEquals(NEW, read(root, 0, BLOCK));
            assertFalse(closing.isHeld(), "upper is still open");
            read.release();
            assertArrayEquals(NEW, get(reading));
            get(change);
            assertTrue(closing.isHeld(), "it was closed after the read had ended");
        }
    }
}
