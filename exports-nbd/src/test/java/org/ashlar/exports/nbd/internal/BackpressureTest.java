package org.ashlar.exports.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.Test;

/** What a client, a gate and a slow node may hold up, and what not. */
final class BackpressureTest {
    private static final long SIZE = 64L << 20;

    @Test
    void slowRequest_doesNotHoldUpAFastOneOfTheSameConnection() throws IOException {
        try (Fixture fixture = Fixture.slow(SIZE / 2);
                WireClient client = fixture.connect().begin("structured")) {
            client.read(1, SIZE / 2, 4096);
            client.write(2, SIZE / 2, new byte[4096], 0);
            client.read(3, 0, 4096);
            assertEquals(4096, client.readReply(3, 0, 4096).length);
            client.write(4, 0, new byte[4096], 0);
            assertEquals(0, client.outcome(4));
            assertTrue(fixture.node.inlineRequests.get() >= 2, "the fast ones ran inline");
            fixture.node.release();
            client.message(0);
            client.message(0);
        }
    }

    @Test
    void clientThatNeverReads_holdsNoAdmission() throws Exception {
        for (long slowFrom : new long[] {0, SIZE}) {
            try (Fixture fixture = Fixture.slow(slowFrom);
                    WireClient deaf = fixture.connect().begin("simple");
                    WireClient good = fixture.connect().begin("simple")) {
                fixture.node.release();
                Thread sender = flood(deaf, 20_000, 4096);
                // the socket takes a few hundred KiB of replies; then the connection stands still
                Waiting.until(() -> stalled(fixture), "the connection to stand still");
                drain(fixture);
                good.read(1, 0, 4096);
                assertEquals(4096, good.readReply(1, 0, 4096).length);
                // the batch, the window and what the sockets hold; not the 80 MB it asked for
                assertTrue(fixture.node.reads.get() < 2000, fixture.node.reads + " reads");
                deaf.channel.close();
                sender.join();
            }
        }
    }

    @Test
    void clientThatNeverReads_doesNotKeepAnExportFromClosing() throws Exception {
        for (long slowFrom : new long[] {0, 2 << 20, SIZE}) { // all, half, none handed on
            for (boolean server : new boolean[] {true, false}) {
                try (Fixture fixture = Fixture.slow(slowFrom);
                        WireClient deaf = fixture.connect().begin("simple")) {
                    fixture.node.release();
                    Thread sender = flood(deaf, 20_000, 4096);
                    Waiting.until(() -> stalled(fixture), "the connection to stand still");
                    if (server) {
                        fixture.layer.exports().delete("id-", true);
                        assertEquals(List.of(), fixture.layer.exports().list());
                    } else {
                        deaf.channel.close();
                        Waiting.until(
                                () -> fixture.service.server().orElseThrow().clients() == 0, "end");
                    }
                    assertEquals(0, fixture.source.admitted());
                    sender.join();
                }
            }
        }
    }

    @Test
    void closedGate_stopsTakingRequestsOffTheSocket_andLetsThemGoOnLater() throws Exception {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin("simple")) {
            fixture.source.gate(Access.READ, false);
            fixture.source.gate(Access.WRITE, false);
            int before = fixture.source.history().size();
            CountDownLatch sent = new CountDownLatch(1);
            int count = 200_000;
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                sendReads(client, count, 64);
                                sent.countDown();
                            });
            // far more than the sockets and the connection's buffer hold: the sender must stick
            Waiting.untilAThreadIsIn("Gate.await");
            assertEquals(1, sent.getCount());
            assertEquals(before, fixture.source.history().size());
            assertEquals(0, fixture.source.admitted());
            fixture.source.gate(Access.READ, true);
            for (int i = 0; i < count; i++) {
                client.message(64);
            }
            Waiting.on(sent, "the sender");
            sender.join();
        }
    }

    @Test
    void writeFence_holdsBackWritesAlone() throws Exception {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin("simple")) {
            fixture.source.gate(Access.WRITE, false);
            client.write(1, 0, new byte[] {1, 2, 3}, 0);
            client.read(2, 0, 4);
            assertEquals(0, client.readReply(2, 0, 4)[0]);
            fixture.source.gate(Access.WRITE, true);
            assertEquals(0, client.outcome(1));
            assertEquals(1, fixture.node.below.get(0, 1)[0]);
        }
    }

    @Test
    void close_whileTheGateIsClosed_doesNotWaitForIt() throws Exception {
        try (Fixture fixture = Fixture.writable();
                WireClient reader = fixture.connect().begin("simple");
                WireClient writer = fixture.connect().begin("simple")) {
            fixture.source.gate(Access.READ, false);
            fixture.source.gate(Access.WRITE, false);
            reader.read(1, 0, 4);
            writer.write(1, 0, new byte[4], 0);
            fixture.layer.exports().delete("id-", true);
            assertTrue(reader.hungUp());
            assertTrue(writer.hungUp());
            fixture.source.gate(Access.READ, true);
            fixture.source.gate(Access.WRITE, true);
        }
    }

    @Test
    void close_cancelsWhatIsInFlight_andReturnsWhenItHasEnded() throws Exception {
        try (Fixture fixture = Fixture.slow(0);
                WireClient client = fixture.connect().begin("simple")) {
            for (int i = 0; i < 10; i++) {
                client.read(i, 0, 4096);
            }
            Waiting.on(fixture.node.arrived(), "a request");
            fixture.layer.exports().delete("id-", true);
            assertEquals(0, fixture.node.waiting.get());
            assertEquals(0, fixture.source.admitted());
            assertTrue(client.hungUp());
        }
    }

    @Test
    void clientThatVanishes_hasItsRequestsCancelled() throws Exception {
        try (Fixture fixture = Fixture.slow(0)) {
            try (WireClient client = fixture.connect().begin("simple")) {
                client.read(1, 0, 4096);
                client.write(2, 0, new byte[1 << 20], 0);
                Waiting.on(fixture.node.arrived(), "a request");
            }
            Waiting.until(
                    () -> fixture.layer.exports().list().getFirst().clients() == 0, "its end");
            assertEquals(0, fixture.source.admitted());
        }
    }

    @Test
    void requestsInFlight_areBounded() throws Exception {
        try (Fixture fixture = Fixture.slow(0);
                WireClient client = fixture.connect().begin("simple")) {
            Thread sender = flood(client, 2000, 64);
            Waiting.untilAThreadIsIn("Window.acquire");
            Waiting.until(() -> fixture.node.waiting.get() == 256, "the bound");
            fixture.node.release();
            for (int i = 0; i < 2000; i++) {
                client.message(64);
            }
            assertEquals(256, fixture.node.mostWaiting.get());
            sender.join();
        }
    }

    @Test
    void connections_areBounded_theNextWaitsForAPlace() throws Exception {
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of("max-connections", 2L))) {
            fixture.export("", true, Map.of());
            try (WireClient first = fixture.connect().begin("simple");
                    WireClient second = fixture.connect().begin("simple");
                    WireClient third = fixture.connect()) {
                Waiting.until(
                        () -> fixture.layer.exports().list().getFirst().clients() == 2, "both");
                second.send(2, 0, 0, 0, 0);
                third.begin("simple");
                first.read(1, 0, 1);
                assertEquals(1, first.readReply(1, 0, 1).length);
            }
        }
    }

    @Test
    void stop_disconnectsEverybody_andTheServerCanStartAgain() throws Exception {
        try (Fixture fixture = Fixture.slow(0);
                WireClient busy = fixture.connect().begin("simple");
                WireClient haggling = fixture.connect().hello(3)) {
            busy.read(1, 0, 4096);
            Waiting.on(fixture.node.arrived(), "the request");
            fixture.layer.run(new ServerStopCommand(fixture.service), OptionTree.empty());
            assertTrue(busy.hungUp());
            assertTrue(haggling.hungUp());
            assertFalse(java.nio.file.Files.exists(fixture.socket()));
            Map<String, Object> address = Map.of("host", "127.0.0.1", "port", "0");
            fixture.layer.run(
                    new ServerStartCommand(fixture.service),
                    OptionTree.typed(Map.of("addr", Map.of("type", "inet", "data", address))));
        }
    }

    /** A drain: closes the gate, waits until nothing is admitted, opens it. */
    private static void drain(Fixture fixture) {
        fixture.source.gate(Access.READ, false);
        fixture.source.awaitQuiet();
        fixture.source.gate(Access.READ, true);
    }

    /** Two looks with the same count and nothing admitted. */
    private static boolean stalled(Fixture fixture) {
        int count = fixture.node.reads.get();
        if (count < 10 || fixture.source.admitted() > 0) {
            return false;
        }
        LockSupport.parkNanos(50_000_000);
        return fixture.node.reads.get() == count && fixture.source.admitted() == 0;
    }

    private static Thread flood(WireClient client, int count, int length) {
        return Thread.ofVirtual().start(() -> sendReads(client, count, length));
    }

    private static void sendReads(WireClient client, int count, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(28 * count);
        for (int i = 0; i < count; i++) {
            bytes.putInt(0x25609513).putShort((short) 0).putShort((short) 0).putLong(i);
            bytes.putLong(4096L * (i % 1000)).putInt(length);
        }
        try {
            client.out.write(bytes.array());
        } catch (IOException closed) {
            // the test, or the server, has ended the connection
        }
    }
}
