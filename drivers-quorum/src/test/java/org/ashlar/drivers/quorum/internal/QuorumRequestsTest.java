package org.ashlar.drivers.quorum.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Votes, faults, events and orders. Events and ties are those seen of qemu-storage-daemon 7.2. */
class QuorumRequestsTest {
    private static final String BAD = "QUORUM_REPORT_BAD ";

    private final QuorumBench bench = new QuorumBench(3);

    @AfterEach
    void close() throws IOException {
        bench.close();
    }

    private static byte[] filled(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static Kind kindOf(Executable call) {
        return assertThrows(BlockException.class, call).kind();
    }

    @Test
    void write_reachesEveryChild() throws IOException {
        bench.open(2).write(100, filled(1000, 7));
        for (MemoryNode disk : bench.disks) {
            assertArrayEquals(filled(1000, 7), disk.get(100, 1000));
        }
    }

    @Test
    void read_whenAnyOneChildIsWrong_returnsWhatTheOthersSay() throws IOException {
        for (int wrong = 0; wrong < 3; wrong++) {
            RigNode node = bench.open(2);
            bench.disks.get(wrong).put(5000, new byte[] {9});
            assertArrayEquals(new byte[4096], node.read(4096, 4096));
            assertEquals(
                    List.of(
                            BAD
                                    + "{node-name=c"
                                    + wrong
                                    + ", sectors-count=8, sector-num=8, type=read}"),
                    QuorumBench.told(node));
            assertArrayEquals(new byte[] {9}, bench.disks.get(wrong).get(5000, 1));
            bench.disks.get(wrong).put(5000, new byte[1]);
        }
    }

    @Test
    void read_whenNoMajority_fails() throws IOException {
        RigNode node = bench.open(2);
        bench.disks.get(1).put(5000, new byte[] {9});
        bench.disks.get(2).put(5000, new byte[] {8});
        assertEquals(Kind.IO, kindOf(() -> node.read(5000, 8)));
        assertEquals(
                List.of(
                        "QUORUM_FAILURE {reference="
                                + node.name()
                                + ", sectors-count=1, sector-num=9}"),
                QuorumBench.told(node));
    }

    @Test
    void read_whenAllDifferAndOneVoteIsEnough_takesTheLast() throws IOException {
        RigNode node = bench.open(1);
        bench.disks.get(1).put(5000, new byte[] {9});
        bench.disks.get(2).put(5000, new byte[] {8});
        assertArrayEquals(new byte[] {8}, node.read(5000, 1));
        assertEquals(2, node.reports().size());
    }

    @Test
    void read_whenOneChildFails_succeedsAndReportsIt() throws IOException {
        RigNode node = bench.open(2);
        bench.faults.get(0).fail(Operation.READ, 1, Kind.IO);
        node.read(1024, 4096);
        assertEquals(
                List.of(
                        BAD
                                + "{node-name=c0, sectors-count=8, sector-num=2, type=read,"
                                + " error=Input/output error}"),
                QuorumBench.told(node));
    }

    @Test
    void read_whenTwoChildrenFail_failsWithTheLaterOfEquallyCommonErrors() throws IOException {
        RigNode node = bench.open(2);
        bench.faults.get(0).fail(Operation.READ, 1, Kind.IO);
        bench.faults.get(1).fail(Operation.READ, 1, Kind.NO_SPACE);
        assertEquals(Kind.NO_SPACE, kindOf(() -> node.read(0, 512)));
        assertEquals(
                List.of("QUORUM_REPORT_BAD", "QUORUM_REPORT_BAD", "QUORUM_FAILURE"),
                node.reports().stream().map(report -> report.event()).toList());
    }

    @Test
    void write_whenAnyOneChildFails_succeedsAndReportsIt() throws IOException {
        for (int child = 0; child < 3; child++) {
            RigNode node = bench.open(2);
            bench.faults.get(child).fail(Operation.WRITE, 1, Kind.NO_SPACE);
            node.write(0, filled(4096, child + 1));
            assertEquals(
                    List.of(
                            BAD
                                    + "{node-name=c"
                                    + child
                                    + ", sectors-count=8, sector-num=0, type=write,"
                                    + " error=No space left on device}"),
                    QuorumBench.told(node));
            assertArrayEquals(filled(4096, child + 1), node.read(0, 4096));
        }
    }

    @Test
    void write_whenTwoChildrenFail_fails() throws IOException {
        RigNode node = bench.open(2);
        bench.faults.get(0).fail(Operation.WRITE, 1, Kind.NO_SPACE);
        bench.faults.get(1).fail(Operation.WRITE, 1, Kind.NO_SPACE);
        assertEquals(Kind.NO_SPACE, kindOf(() -> node.write(0, filled(4096, 1))));
        assertEquals("QUORUM_FAILURE", node.reports().getLast().event());
    }

    @Test
    void flush_countsAndReportsLikeTheReference() throws IOException {
        RigNode node = bench.open(2);
        bench.faults.get(0).failAll(Operation.FLUSH, Kind.IO);
        node.flush();
        assertEquals(
                List.of(
                        BAD
                                + "{node-name=c0, sectors-count=0, sector-num=0, type=flush,"
                                + " error=Input/output error}"),
                QuorumBench.told(node));
        bench.faults.get(2).failAll(Operation.FLUSH, Kind.IO);
        assertEquals(Kind.IO, kindOf(node::flush));
        assertEquals(3, node.reports().size(), "a failed flush is no QUORUM_FAILURE");
    }

    @Test
    void fifo_readsTheFirstThatHasNotFailed() throws IOException {
        RigNode node = bench.open(2, "read-pattern=fifo");
        bench.disks.get(0).put(0, new byte[] {1});
        bench.disks.get(1).put(0, new byte[] {2});
        assertArrayEquals(new byte[] {1}, node.read(0, 1));
        assertEquals(0, bench.faults.get(1).calls(Operation.READ));
        bench.faults.get(0).fail(Operation.READ, 1, Kind.IO);
        assertArrayEquals(new byte[] {2}, node.read(0, 1));
        assertEquals(1, node.reports().size());
    }

    @Test
    void fifo_whenAllFail_failsWithTheLastError() throws IOException {
        RigNode node = bench.open(2, "read-pattern=fifo");
        bench.faults.get(0).failAll(Operation.READ, Kind.IO);
        bench.faults.get(1).failAll(Operation.READ, Kind.IO);
        bench.faults.get(2).failAll(Operation.READ, Kind.NO_SPACE);
        assertEquals(Kind.NO_SPACE, kindOf(() -> node.read(0, 1)));
        assertEquals(3, node.reports().size());
    }

    @Test
    void fifo_neverReadsAChildThatMissedAWrite() throws IOException {
        RigNode node = bench.open(1, "read-pattern=fifo");
        bench.faults.get(0).fail(Operation.WRITE, 1, Kind.IO);
        node.write(0, new byte[] {5});
        assertArrayEquals(new byte[] {5}, node.read(0, 1));
        bench.faults.get(1).fail(Operation.WRITE, 1, Kind.IO);
        bench.faults.get(2).fail(Operation.WRITE, 1, Kind.IO);
        node.write(0, new byte[] {6});
        assertEquals(Kind.IO, kindOf(() -> node.read(0, 1)));
    }

    @Test
    void rewriteCorrupted_overwritesWhoIsOutvotedBeforeTheReadReturns() throws IOException {
        RigNode node = bench.open(2, "rewrite-corrupted=on");
        node.write(4096, filled(4096, 3));
        bench.disks.get(0).put(5000, new byte[] {9});
        assertArrayEquals(filled(4096, 3), node.read(4096, 4096));
        assertArrayEquals(filled(4096, 3), bench.disks.get(0).get(4096, 4096));
        node.read(4096, 4096);
        assertEquals(1, node.reports().size());
    }

    @Test
    void rewriteCorrupted_whileDrained_leavesTheChildAlone() throws IOException {
        RigNode node = bench.open(2, "rewrite-corrupted=on");
        bench.disks.get(1).put(0, new byte[] {9});
        node.drain();
        assertArrayEquals(new byte[1], node.read(0, 1));
        assertArrayEquals(new byte[] {9}, bench.disks.get(1).get(0, 1));
        node.resume();
        node.read(0, 1);
        assertArrayEquals(new byte[1], bench.disks.get(1).get(0, 1));
    }

    @Test
    void rewriteCorrupted_whileAWriteComes_doesNotBringTheOldDataBack() throws Exception {
        RigNode node = bench.open(2, "rewrite-corrupted=on");
        bench.disks.get(2).put(0, new byte[] {9});
        HeldNode.Hold rewrite = bench.holds.get(2).holdNext(Operation.WRITE);
        Doing<?> write;
        try (RigRequest request = bench.rig.request()) {
            Request.Fork read =
                    request.fork(part ->
                            node.asChild().read(part, 0, MemorySegment.ofArray(new byte[512])));
            rewrite.awaitHeld();
            write = Doing.run(() -> node.write(0, filled(512, 4))).awaitWaiting("RangeTurns.enter");
            rewrite.release();
            read.join();
        }
        write.get();
        for (MemoryNode disk : bench.disks) {
            assertArrayEquals(filled(512, 4), disk.get(0, 512));
        }
    }

    private static void write(Request request, RigNode node, long offset, byte[] bytes)
            throws IOException {
        node.asChild().write(request, offset, MemorySegment.ofArray(bytes), IoFlags.NONE);
    }

    @Test
    void write_whileAnOverlappingOneIsHeldOnOneChild_waitsSoThatAllChildrenEndAlike()
            throws Exception {
        RigNode node = bench.open(3);
        HeldNode.Hold hold = bench.holds.get(1).holdNext(Operation.WRITE);
        try (RigRequest request = bench.rig.request()) {
            Request.Fork older = request.fork(part -> write(part, node, 0, filled(1024, 1)));
            hold.awaitHeld();
            Doing<?> newer =
                    Doing.run(() -> node.write(512, filled(1024, 2)))
                            .awaitWaiting("RangeTurns.enter");
            node.write(8192, filled(512, 3)); // one that does not overlap is not held up
            hold.release();
            older.join();
            newer.get();
        }
        assertArrayEquals(filled(512, 1), node.read(0, 512));
        assertArrayEquals(filled(1024, 2), node.read(512, 1024));
        assertEquals(List.of(), node.reports());
    }

    @Test
    void read_whileAWriteToItsRangeIsHeldOnOneChild_seesAllOfItOrNothing() throws IOException {
        RigNode node = bench.open(3);
        HeldNode.Hold hold = bench.holds.get(2).holdNext(Operation.WRITE);
        byte[] seen = new byte[512];
        try (RigRequest request = bench.rig.request()) {
            Request.Fork write = request.fork(part -> write(part, node, 0, filled(512, 1)));
            hold.awaitHeld();
            Request.Fork read =
                    request.fork(part -> node.asChild().read(part, 0, MemorySegment.ofArray(seen)));
            hold.release();
            write.join();
            read.join();
        }
        assertArrayEquals(filled(512, 1), seen);
        assertEquals(List.of(), node.reports());
    }

    @Test
    void discard_zeroesEveryChildSoThatTheyStayAlike() throws IOException {
        RigNode node = bench.open(3);
        node.write(0, filled(QuorumBench.SIZE, 1));
        node.discard(4096, 8192);
        for (MemoryNode disk : bench.disks) {
            assertArrayEquals(new byte[8192], disk.get(4096, 8192));
            assertEquals(QuorumBench.SIZE - 8192, disk.allocatedBytes());
        }
    }

    @Test
    void zero_thatMustBeFast_isRefusedBeforeAnyChildIsTouched() throws IOException {
        RigNode node = bench.open(2);
        node.write(0, filled(4096, 1));
        bench.faults.get(0).fail(Operation.ZERO, 1, Kind.UNSUPPORTED);
        assertEquals(Kind.UNSUPPORTED, kindOf(() -> node.zero(0, 4096, IoFlags.NO_FALLBACK)));
        for (MemoryNode disk : bench.disks) {
            assertArrayEquals(filled(4096, 1), disk.get(0, 4096));
        }
        assertEquals(List.of(), node.reports());
    }

    @Test
    void extentAt_saysZeroOnlyWhereEveryChildDoes() throws IOException {
        RigNode node = bench.open(2);
        bench.disks.get(1).put(8192, new byte[] {0});
        assertEquals(new Extent.Zero(8192, true), node.extentAt(0, 32768));
        assertEquals(new Extent.Opaque(4096), node.extentAt(8192, 4096));
        bench.faults.get(0).fail(Operation.EXTENT, 1, Kind.IO);
        assertInstanceOf(Extent.Zero.class, node.extentAt(0, 4096));
    }

    @Test
    void truncate_whenAChildFails_givesTheOthersTheirLengthBack() throws IOException {
        RigNode node = bench.open(2);
        bench.faults.get(2).fail(Operation.TRUNCATE, 1, Kind.NO_SPACE);
        assertEquals(Kind.NO_SPACE, kindOf(() -> node.truncate(2 * QuorumBench.SIZE)));
        assertEquals(QuorumBench.SIZE, node.length());
        node.truncate(2 * QuorumBench.SIZE);
        assertEquals(2 * QuorumBench.SIZE, node.length());
    }

    @Test
    void blkverify_whenTheTwoDiffer_saysWhere() throws IOException {
        try (QuorumBench two = new QuorumBench(2)) {
            RigNode node = two.open(2, "blkverify=on");
            two.disks.get(1).put(5000, new byte[] {9});
            BlockException mismatch =
                    assertThrows(BlockException.class, () -> node.read(4096, 4096));
            assertTrue(
                    mismatch.getMessage().endsWith("contents mismatch at offset 5000"),
                    mismatch.getMessage());
            assertArrayEquals(new byte[512], node.read(0, 512));
        }
    }
}
