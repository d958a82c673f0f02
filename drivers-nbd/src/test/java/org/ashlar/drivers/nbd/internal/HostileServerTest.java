package org.ashlar.drivers.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.drivers.nbd.internal.Export.Replies;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that answer right in rare ways, wrong, or not at all. */
class HostileServerTest {
    /** The end of an old style greeting. */
    private static final String NOTHING =
            "00000000000000000000000000000000000000000000000000000000000000"
                    + "00000000000000000000000000000000000000000000000000000000000000"
                    + "00000000000000000000000000000000000000000000000000000000000000"
                    + "00000000000000000000000000000000000000000000000000000000000000";

    private static final int LENGTH = 1 << 16;
    private static final int ROUNDS = 400;

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(Replies.class)
    void node_overEachStyleOfReplies_readsWritesAndAsks(Replies replies) throws IOException {
        HonestPeer peer = new HonestPeer(replies, LENGTH);
        try (FakeServer server = new FakeServer(folder, peer);
                Rig rig = new Rig()) {
            RigNode node = rig.open(new NbdDriver(), server.options(Map.of()), Map.of());
            assertArrayEquals(Arrays.copyOfRange(peer.content, 3, 5003), node.read(3, 5000));
            node.write(7, "stone".getBytes(StandardCharsets.US_ASCII));
            node.zero(100, 50, IoFlags.NONE);
            node.flush();
            assertEquals('s', peer.content[7]);

            Extent expected =
                    replies == Replies.SIMPLE
                            ? new Extent.Data(4096)
                            : new Extent.Zero(4096, false);
            assertEquals(expected, node.extentAt(0, 4096));
        }
    }

    @Test
    void node_overTcp_readsAndWrites() throws IOException {
        HonestPeer peer = new HonestPeer(Replies.STRUCTURED, LENGTH);
        try (FakeServer server = FakeServer.onPort(peer);
                Rig rig = new Rig()) {
            RigNode node = rig.open(new NbdDriver(), server.options(Map.of()), Map.of());
            node.write(0, new byte[] {42});

            assertArrayEquals(Arrays.copyOf(peer.content, LENGTH), node.read(0, LENGTH));
            assertEquals(42, peer.content[0]);
        }
    }

    @Test
    void open_ofAHostThatIsNot_saysSo() {
        NbdOptions options =
                new NbdOptions(
                        new Target.Inet("host.invalid", 1, Target.Family.ANY),
                        "",
                        NbdOptions.BASE_ALLOCATION,
                        Duration.ZERO,
                        Duration.ZERO);
        try (Rig rig = new Rig();
                RigRequest request = rig.request()) {
            BlockException failed =
                    assertThrows(BlockException.class, () -> Link.open(options, request));
            assertEquals(
                    "address resolution failed for host.invalid:1: Name or service not known",
                    failed.getMessage());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Each row spoils bytes of the first reply to a structured read of 8 bytes at 0. */
    @ParameterizedTest
    @CsvSource({
        "magic,             0, 00000000, bad magic of a reply: 00000000",
        "other style,       0, 6e8a278c, a kind of reply that was not agreed on",
        "cookie of nobody,  8, ffffffff, a reply to no request",
        "unknown type,      6, 00630000, a chunk of type 99 and 12 bytes",
        "too short,        16, 00000003, a chunk of type 1 and 3 bytes",
        "too long,         16, 7fffffff, data at 4+2147483639 of a read of 8 bytes",
        "offset outside,   20, 00000001, data at 4294967300+4 of a read of 8 bytes",
        "offset negative,  20, ffffffff, data at -4294967292+4 of a read of 8 bytes",
        "status of a read,  6, 00050000, a metadata context that was not agreed on",
        "done too early,    4, 00010001, an incomplete reply to a read",
    })
    void reply_thatBreaksTheProtocol_endsTheConnectionAndSaysSo(
            String what, int at, String bytes, String message) throws IOException {
        HonestPeer peer =
                new HonestPeer(Replies.STRUCTURED, LENGTH) {
                    @Override
                    void send(DataOutputStream out, boolean handshake, byte[] text)
                            throws IOException {
                        if (!handshake) {
                            ByteBuffer.wrap(text).putInt(at, Integer.parseUnsignedInt(bytes, 16));
                        }
                        super.send(out, handshake, text);
                    }
                };
        try (FakeServer server = new FakeServer(folder, peer);
                Rig rig = new Rig()) {
            RigNode node = rig.open(new NbdDriver(), server.options(Map.of()), Map.of());

            BlockException failed = assertThrows(BlockException.class, () -> node.read(0, 8));

            assertEquals(Kind.GONE, failed.kind());
            String expected = "the server breaks the NBD protocol: " + message;
            assertTrue(failed.getMessage().endsWith(expected), what + failed.getMessage());
        }
    }

    @Test
    void chunks_thatOverlap_areRefused() throws IOException {
        HonestPeer peer =
                new HonestPeer(Replies.STRUCTURED, LENGTH) {
                    @Override
                    void send(DataOutputStream out, boolean handshake, byte[] text)
                            throws IOException {
                        if (!handshake) {
                            ByteBuffer.wrap(text)
                                    .putLong(32 + 20, 4); // the second where the first was
                        }
                        super.send(out, handshake, text);
                    }
                };
        try (FakeServer server = new FakeServer(folder, peer);
                Rig rig = new Rig()) {
            RigNode node = rig.open(new NbdDriver(), server.options(Map.of()), Map.of());

            BlockException failed = assertThrows(BlockException.class, () -> node.read(0, 8));

            assertTrue(
                    failed.getMessage().endsWith("data at 4+4 of a read of 8 bytes"),
                    failed.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nothing,            '',                                 the server closed the connection",
        "no server of NBD,   485454502f312e31485454502f312e31,"
                + " the server breaks the NBD protocol: this is no NBD server",
        "old style and end,  4e42444d414749430000420281861253,"
                + " the server closed the connection",
        "old style no flags, 4e42444d414749430000420281861253000000000000000000000000"
                + NOTHING
                + ","
                + " the server breaks the NBD protocol: transmission flags that are none",
        "other magic,        4e42444d414749430000000000000000,"
                + " the server breaks the NBD protocol: bad magic",
    })
    void greeting_thatIsNone_isRefused(String what, String hex, String message) throws Exception {
        byte[] greeting = HexFormat.of().parseHex(hex);
        try (FakeServer server =
                        new FakeServer(
                                folder,
                                (_, out) -> {
                                    out.write(greeting);
                                });
                Rig rig = new Rig()) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> rig.open(new NbdDriver(), server.options(Map.of()), Map.of()));
            assertEquals(message, refused.getMessage(), what);
        }
    }

    /** Whatever comes, each call ends, by itself or with an error that says what is wrong. */
    @ParameterizedTest
    @EnumSource(Replies.class)
    void node_overAServerThatSpoilsBytes_neverHangsNorFailsOtherwise(
            Replies replies, TestReporter reporter) throws IOException {
        Random random = new Random(Seed.choose(reporter));
        SpoilingPeer peer = new SpoilingPeer(replies, random);
        int opened = 0;
        int failed = 0;
        try (FakeServer server = new FakeServer(folder, peer);
                Rig rig = new Rig()) {
            for (int round = 0; round < ROUNDS; round++) {
                peer.spoilAt.set(random.nextInt(9));
                try (RigNode node = rig.open(new NbdDriver(), server.options(Map.of()), Map.of())) {
                    opened++;
                    node.read(0, 4096);
                    node.extentAt(0, 4096);
                    node.write(8192, new byte[512]);
                    node.flush();
                } catch (BlockException told) {
                    failed++;
                }
            }
        }
        assertTrue(opened > ROUNDS / 10, opened + " opened");
        assertTrue(failed > ROUNDS / 10, failed + " failed");
    }

    /** Spoils one message and closes the connection after it. */
    private static final class SpoilingPeer extends HonestPeer {
        private final Random random;
        final AtomicInteger spoilAt = new AtomicInteger();

        SpoilingPeer(Replies replies, Random random) {
            super(replies, LENGTH);
            this.random = random;
        }

        @Override
        void send(DataOutputStream out, boolean handshake, byte[] message) throws IOException {
            if (spoilAt.getAndDecrement() != 0 || message.length == 0) {
                super.send(out, handshake, message);
                return;
            }
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                int at = random.nextInt(Math.min(message.length, 64));
                message[at] = (byte) random.nextInt();
            }
            super.send(out, handshake, Arrays.copyOf(message, 1 + random.nextInt(message.length)));
            throw new IOException("spoilt");
        }
    }
}
