package org.ashlar.tck;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.junit.jupiter.api.Test;

class RigTest {
    private final Rig rig = new Rig();
    private final MemoryNode disk = new MemoryNode(64 << 10);

    private RigNode pass(BlockNode file) throws IOException {
        return rig.open(new PassDriver(false), OptionTree.empty(), Map.of("file", file));
    }

    @Test
    void close_whenRequestIsLeft_fails() {
        RigRequest left = rig.request();
        assertThrows(AssertionError.class, rig::close);
        left.close();
    }

    @Test
    void close_whenBufferIsLeft_fails() {
        try (Buffers.Buffer left = rig.buffers().acquire(10)) {
            assertEquals(10, left.segment().byteSize());
            assertThrows(AssertionError.class, rig::close);
        }
    }

    @Test
    void close_whenBufferIsTouchedAfterItWasGivenBack_fails() {
        MemorySegment kept;
        try (Buffers.Buffer buffer = rig.buffers().acquire(100_000)) {
            kept = buffer.segment();
        }
        byte rubbish = kept.get(JAVA_BYTE, 99_999);
        kept.set(JAVA_BYTE, 99_999, (byte) (rubbish + 1));
        assertThrows(AssertionError.class, rig::close);
        assertThrows(AssertionError.class, rig::close, "it stays so");
    }

    @Test
    void buffer_whenGivenBack_isRubbishAndGivesNoMore() {
        Buffers.Buffer buffer = rig.buffers().acquire(4096);
        MemorySegment kept = buffer.segment().fill((byte) 0);
        buffer.close();
        assertNotEquals(0, kept.get(JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, buffer::segment);
        assertThrows(IllegalStateException.class, buffer::close);
    }

    @Test
    void close_whenScheduleIsLeft_fails() throws IOException {
        RigNode node =
                rig.open(
                        new Leaf() {
                            @Override
                            public BlockNode open(OpenRequest request) {
                                request.background().every("clean", Duration.ofHours(1), _ -> {});
                                return disk;
                            }
                        },
                        OptionTree.empty(),
                        Map.of());
        assertTrue(node.tick("clean"));
        assertThrows(AssertionError.class, node::close);
    }

    @Test
    void afterGrace_whileRequestFromBeforeIsInFlight_waitsForItAndItsForks() throws IOException {
        CountDownLatch forkMayEnd = new CountDownLatch(1);
        AtomicBoolean ran = new AtomicBoolean();
        RigRequest before = rig.request();
        Request.Fork fork = before.fork(_ -> Waiting.on(forkMayEnd, "the test"));
        rig.grace().after(() -> ran.set(true));
        before.close();
        try (RigRequest later = rig.request()) {
            assertFalse(ran.get());
            forkMayEnd.countDown();
            fork.join();
            rig.awaitGrace();
            assertTrue(ran.get());
            later.checkAlive();
        }
    }

    @Test
    void request_whenEnded_isRefusedByEdges() throws IOException {
        RigNode node = pass(disk);
        RigRequest request = rig.request();
        request.close();
        assertThrows(IllegalStateException.class, () -> node.asChild().flush(request));
    }

    @Test
    void fork_whenItFails_throwsAtJoin() {
        try (RigRequest request = rig.request()) {
            Request.Fork fork =
                    request.fork(_ -> {
                        throw new IOException("broken");
                    });
            assertEquals("broken", assertThrows(IOException.class, fork::join).getMessage());
        }
    }

    @Test
    void root_whenRequestIsNotAligned_failsTheTest() throws IOException {
        RigNode node = pass(new MemoryNode(4096, MemoryNode.CAPABILITIES.withAlignment(512)));
        assertThrows(AssertionError.class, () -> node.read(1, 512));
        assertThrows(AssertionError.class, () -> node.write(0, new byte[100]));
    }

    @Test
    void child_whenADriversRequestIsNotAligned_isGivenWholeBlocks() throws IOException {
        MemoryNode disk = new MemoryNode(4096, MemoryNode.CAPABILITIES.withAlignment(512));
        FaultyNode counted = new FaultyNode(disk);
        RigNode node = rig.open(new PassDriver(true), OptionTree.empty(), Map.of("file", counted));
        node.write(510, new byte[] {1, 2, 3, 4});
        assertArrayEquals(new byte[] {2, 3}, node.read(511, 2));
        node.zero(513, 1500, IoFlags.NONE);
        assertArrayEquals(new byte[] {1, 2, 3, 0}, disk.get(510, 4));
        assertEquals(1, counted.calls(Operation.ZERO));
        node.discard(1, 600);
        assertEquals(0, counted.calls(Operation.DISCARD));
        counted.fail(Operation.ZERO, 1, Kind.UNSUPPORTED);
        node.write(500, new byte[] {9});
        assertThrows(BlockException.class, () -> node.zero(500, 1024, IoFlags.NO_FALLBACK));
        assertArrayEquals(new byte[] {9}, disk.get(500, 1));
    }

    @Test
    void write_withFuaOverNodeWithout_isFlushed() throws IOException {
        FaultyNode counted =
                new FaultyNode(new MemoryNode(4096, MemoryNode.CAPABILITIES.without(Feature.FUA)));
        pass(counted).write(0, new byte[] {1}, IoFlags.FUA);
        assertEquals(1, counted.calls(Operation.FLUSH));
    }

    @Test
    void zero_overNodeWithout_writesZeroesUnlessItMustBeFast() throws IOException {
        MemoryNode plain =
                new MemoryNode(
                        3 << 20, MemoryNode.CAPABILITIES.without(Feature.ZERO, Feature.FAST_ZERO));
        plain.put((2 << 20) - 1, new byte[] {1, 2, 3});
        RigNode node = pass(plain);
        assertThrows(BlockException.class, () -> node.zero(0, 1, IoFlags.NO_FALLBACK));
        node.zero(0, (2 << 20) + 1, IoFlags.NONE);
        assertArrayEquals(new byte[] {0, 0, 3}, plain.get((2 << 20) - 1, 3));
    }

    @Test
    void child_whenNodeIsReadOnlyOrInactive_refusesWrites() throws IOException {
        RigNode node = rig.opening(new PassDriver(false)).child("file", disk).inactive().open();
        byte[] one = {1};
        BlockException refused = assertThrows(BlockException.class, () -> node.write(0, one));
        assertEquals(Kind.NOT_PERMITTED, refused.kind());
        node.activate();
        node.write(0, one);
        assertArrayEquals(one, disk.get(0, 1));
        node.inactivate();
        assertThrows(BlockException.class, () -> node.write(0, one));
    }

    @Test
    void faultyNode_failsTheChosenCallOnly() throws IOException {
        FaultyNode faulty = new FaultyNode(disk).fail(Operation.READ, 2, Kind.NO_SPACE);
        RigNode node = pass(faulty);
        node.read(0, 1);
        BlockException failed = assertThrows(BlockException.class, () -> node.read(0, 1));
        assertEquals(Kind.NO_SPACE, failed.kind());
        node.read(0, 1);
    }

    @Test
    void heldNode_stopsTheChosenCallUntilReleased() throws IOException {
        HeldNode held = new HeldNode(disk);
        RigNode node = pass(held);
        HeldNode.Hold hold = held.holdBefore(call -> call.touches(100));
        try (RigRequest request = rig.request()) {
            Request.Fork stopped =
                    request.fork(forked ->
                            node.asChild()
                                    .write(
                                            forked,
                                            100,
                                            MemorySegment.ofArray(new byte[] {7}),
                                            IoFlags.NONE));
            hold.awaitHeld();
            node.write(0, new byte[] {5});
            assertArrayEquals(new byte[] {0}, disk.get(100, 1));
            hold.release();
            stopped.join();
        }
        assertArrayEquals(new byte[] {7}, disk.get(100, 1));
    }

    @Test
    void source_whenGateIsClosed_admitsNothingUntilItOpens() throws IOException {
        try (RigSource source = rig.source(pass(disk))) {
            Consumer consumer = source.consumer("test");
            source.gate(Access.WRITE, false);
            assertTrue(consumer.tryAdmit(Access.WRITE, false).isEmpty());
            try (Admission read = consumer.admit(Access.READ)) {
                assertThrows(IllegalStateException.class, () -> consumer.admit(Access.READ));
                assertEquals(64 << 10, source.root().length(read.request()));
            }
            source.gate(Access.WRITE, true);
            consumer.awaitOpen(Access.WRITE);
            consumer.admit(Access.WRITE).close();
            assertEquals(List.of(Access.READ, Access.WRITE), source.history());
        }
        rig.close();
    }

    /** A driver of leaves. */
    private abstract static class Leaf implements BlockDriver {
        @Override
        public String name() {
            return "leaf";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.PROTOCOL;
        }
    }
}
