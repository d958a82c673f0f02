package org.ashlar.drivers.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.drivers.nbd.internal.Export.Replies;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionValues;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Connections that are lost, come back, or hang. */
class ReconnectTest {
    private static final int LENGTH = 1 << 20;

    @TempDir private Path folder;
    private final Rig rig = new Rig();

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    private static byte[] pattern(int value) {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Nested
    class ServerThatIsKilled {
        private Server server;

        @BeforeEach
        void start() throws IOException {
            Path image = Files.write(folder.resolve("image"), new byte[LENGTH]);
            server = Server.qemu(folder, "-f", "raw", image.toString());
        }

        @AfterEach
        void stop() {
            server.close();
        }

        private RigNode open(String delay) throws IOException {
            return rig.open(
                    new NbdDriver(), server.options(Map.of("reconnect-delay", delay)), Map.of());
        }

        @Test
        void request_whileItIsAway_waitsForItsReturn() throws Exception {
            RigNode node = open("60");
            node.write(0, pattern(1));
            server.kill();
            try (RigRequest request = rig.request()) {
                CountDownLatch begun = new CountDownLatch(1);
                Request.Fork write =
                        request.fork(forked -> {
                            begun.countDown();
                            node.asChild()
                                    .write(
                                            forked,
                                            4096,
                                            MemorySegment.ofArray(pattern(2)),
                                            IoFlags.NONE);
                        });
                assertTrue(begun.await(20, TimeUnit.SECONDS));
                server.startAgain();
                write.join();
            }
            assertArrayEquals(pattern(1), node.read(0, 4096));
            assertArrayEquals(pattern(2), node.read(4096, 4096));
        }

        @Test
        void request_whileItIsAwayForLong_fails_andItIsFoundAgainLater() throws Exception {
            RigNode node = open("1");
            server.kill();

            assertKind(Kind.GONE, () -> node.read(0, 4096));
            long begun = System.nanoTime();
            assertKind(Kind.GONE, () -> node.read(0, 4096));
            assertTrue(System.nanoTime() - begun < 900_000_000, "the second fails at once");

            server.startAgain();
            assertArrayEquals(new byte[4096], readWhenBack(node));
        }

        @Test
        void request_withoutADelay_failsAtOnce_andItIsFoundAgainLater() throws Exception {
            RigNode node = open("0");
            server.kill();

            assertKind(Kind.GONE, () -> node.read(0, 4096));

            server.startAgain();
            assertArrayEquals(new byte[4096], readWhenBack(node));
        }

        @Test
        void close_whileItIsAway_endsTheReconnecting() throws Exception {
            RigNode node = open("60");
            server.kill();
            long begun = System.nanoTime();

            node.close();

            assertTrue(System.nanoTime() - begun < 20_000_000_000L);
        }

        private static byte[] readWhenBack(RigNode node) throws IOException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (true) {
                try {
                    return node.read(0, 4096);
                } catch (BlockException away) {
                    assertEquals(Kind.GONE, away.kind());
                    assertTrue(System.nanoTime() < end, away.getMessage());
                    Thread.onSpinWait();
                }
            }
        }

        @Test
        void request_toAServerThatStandsStill_isGivenUpWithItsRequest() throws Exception {
            RigNode node = open("0");
            server.signal("STOP");
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            try (RigRequest request = rig.request()) {
                Thread.ofVirtual()
                        .start(() -> {
                            begun.countDown();
                            assertKind(
                                    Kind.CANCELLED,
                                    () ->
                                            node.asChild()
                                                    .read(
                                                            request,
                                                            0,
                                                            MemorySegment.ofArray(new byte[4096])));
                            ended.countDown();
                        });
                assertTrue(begun.await(20, TimeUnit.SECONDS));
                request.cancel();
                assertTrue(ended.await(20, TimeUnit.SECONDS));
            } finally {
                server.signal("CONT");
            }
            assertArrayEquals(new byte[4096], node.read(0, 4096));
        }

        @Test
        void write_thatTheServerDoesNotTake_isGivenUpWithItsRequest() throws Exception {
            RigNode node = open("0");
            server.signal("STOP");
            CountDownLatch ended = new CountDownLatch(1);
            try (RigRequest request = rig.request()) {
                Thread.ofVirtual()
                        .start(() -> {
                            assertThrows(
                                    BlockException.class,
                                    () ->
                                            node.asChild()
                                                    .write(
                                                            request,
                                                            0,
                                                            MemorySegment.ofArray(new byte[LENGTH]),
                                                            IoFlags.NONE));
                            ended.countDown();
                        });
                request.cancel();
                assertTrue(ended.await(30, TimeUnit.SECONDS));
            } finally {
                server.signal("CONT");
            }
        }
    }

    @Test
    void request_whoseReplyIsLost_isSentAgain() throws IOException {
        CountDownLatch once = new CountDownLatch(1);
        HonestPeer peer =
                new HonestPeer(Replies.STRUCTURED, LENGTH) {
                    @Override
                    void send(DataOutputStream out, boolean handshake, byte[] text)
                            throws IOException {
                        if (!handshake && once.getCount() > 0) {
                            once.countDown();
                            throw new IOException("cut before the reply");
                        }
                        super.send(out, handshake, text);
                    }
                };
        try (FakeServer server = new FakeServer(folder, peer)) {
            RigNode node =
                    rig.open(
                            new NbdDriver(),
                            server.options(Map.of("reconnect-delay", "30")),
                            Map.of());

            node.write(0, pattern(9));

            assertEquals(2, server.connections.get());
            assertEquals(List.of(Protocol.CMD_WRITE, Protocol.CMD_WRITE), peer.commands);
            assertArrayEquals(pattern(9), Arrays.copyOf(peer.content, 4096));
            node.close();
        }
    }

    /**
     * Takes so many commands before it answers one of them and goes; then it serves as it should.
     */
    private static final class DyingPeer extends HonestPeer {
        static final int IN_FLIGHT = 8;

        private final AtomicInteger held = new AtomicInteger();

        DyingPeer() {
            super(Replies.STRUCTURED, LENGTH);
        }

        @Override
        void send(DataOutputStream out, boolean handshake, byte[] text) throws IOException {
            if (handshake || held.get() == IN_FLIGHT) {
                super.send(out, handshake, text);
            } else if (held.incrementAndGet() == IN_FLIGHT) {
                super.send(out, false, text);
                out.flush();
                throw new IOException("gone with all the others in flight");
            }
        }
    }

    /** Has a write of one pattern to each of so many pages in flight at a time. */
    private static List<Future<?>> writeAll(RigNode node, ExecutorService threads) {
        List<Future<?>> writes = new ArrayList<>();
        for (int i = 0; i < DyingPeer.IN_FLIGHT; i++) {
            int page = i;
            writes.add(
                    threads.submit(() -> {
                        node.write(page * 4096L, pattern(page + 1));
                        return page;
                    }));
        }
        return writes;
    }

    @Test
    void requestsInFlight_whenTheServerDies_areSentAgainButForTheOneThatWasAnswered()
            throws Exception {
        DyingPeer peer = new DyingPeer();
        try (FakeServer server = new FakeServer(folder, peer);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RigNode node =
                    rig.open(
                            new NbdDriver(),
                            server.options(Map.of("reconnect-delay", "60")),
                            Map.of());

            for (Future<?> write : writeAll(node, threads)) {
                write.get(30, TimeUnit.SECONDS);
            }

            assertEquals(2, server.connections.get());
            assertEquals(2 * DyingPeer.IN_FLIGHT - 1, peer.commands.size());
            for (int page = 0; page < DyingPeer.IN_FLIGHT; page++) {
                assertArrayEquals(pattern(page + 1), node.read(page * 4096L, 4096));
            }
            node.close();
        }
    }

    @Test
    void requestsInFlight_whenTheServerDiesAndNobodyWaits_failButForTheOneThatWasAnswered()
            throws Exception {
        DyingPeer peer = new DyingPeer();
        try (FakeServer server = new FakeServer(folder, peer);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RigNode node =
                    rig.open(
                            new NbdDriver(),
                            server.options(Map.of("reconnect-delay", "0")),
                            Map.of());

            int done = 0;
            for (Future<?> write : writeAll(node, threads)) {
                try {
                    write.get(30, TimeUnit.SECONDS);
                    done++;
                } catch (ExecutionException failed) {
                    assertEquals(Kind.GONE, ((BlockException) failed.getCause()).kind());
                }
            }

            assertEquals(1, done);
            assertEquals(DyingPeer.IN_FLIGHT, peer.commands.size(), "none was sent again");
            node.close();
        }
    }

    @Test
    void server_thatComesBackWithAnotherExport_isNotTaken() throws IOException {
        HonestPeer first = new HonestPeer(Replies.STRUCTURED, LENGTH);
        HonestPeer second = new HonestPeer(Replies.STRUCTURED, LENGTH / 2);
        CountDownLatch cut = new CountDownLatch(1);
        FakeServer.Peer peer =
                (in, out) -> {
                    if (cut.getCount() > 0) {
                        cut.countDown();
                        new HonestPeer(Replies.STRUCTURED, LENGTH) {
                            @Override
                            boolean command(DataInputStream from, DataOutputStream to) {
                                return false;
                            }
                        }.serve(in, out);
                    } else {
                        second.serve(in, out);
                    }
                };
        try (FakeServer server = new FakeServer(folder, peer)) {
            RigNode node =
                    rig.open(
                            new NbdDriver(),
                            server.options(Map.of("reconnect-delay", "1")),
                            Map.of());

            BlockException refused = assertThrows(BlockException.class, () -> node.read(0, 4096));

            assertTrue(
                    refused.getMessage()
                            .endsWith("the export's length changed from 1048576 to 524288"),
                    refused.getMessage());
            assertEquals(first.content.length, node.length());
            node.close();
        }
    }

    @Test
    void open_ofAServerThatNeverAnswers_isGivenUpWithItsRequest() throws Exception {
        try (FakeServer server = new FakeServer(folder, (in, _) -> in.read())) {
            CountDownLatch ended = new CountDownLatch(1);
            try (RigRequest request = rig.request()) {
                Thread.ofVirtual()
                        .start(() -> {
                            assertKind(
                                    Kind.CANCELLED,
                                    () ->
                                            Link.open(
                                                    NbdOptions.from(
                                                            OptionValues.check(
                                                                    NbdOptions.ALL,
                                                                    server.options(Map.of()))),
                                                    request));
                            ended.countDown();
                        });
                request.cancel();
                assertTrue(ended.await(20, TimeUnit.SECONDS));
            }
        }
    }

    private static void assertKind(Kind kind, Executable call) {
        BlockException refused = assertThrows(BlockException.class, call);
        assertEquals(kind, refused.kind(), refused::toString);
    }
}
