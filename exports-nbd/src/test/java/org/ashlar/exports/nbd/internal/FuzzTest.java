package org.ashlar.exports.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that send garbage end themselves and nobody else, and leave nothing behind. */
final class FuzzTest {
    /** Where the test's logger writes, see simplelogger.properties. */
    private static final Path LOG = Path.of("target", "test-log.txt");

    @Test
    void garbage_neverHurtsTheServer_norIsAnythingLeft() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Fixture fixture = Fixture.slow(32 << 20)) {
            fixture.node.release();
            for (int round = 0; round < 1500; round++) {
                attack(fixture, random);
            }
            try (WireClient good = fixture.connect().begin("structured")) {
                good.read(1, 0, 4096);
                assertEquals(4096, good.readReply(1, 0, 4096).length);
                good.send(2, 0, 0, 0, 0);
                assertTrue(good.hungUp());
            }
            awaitNobody(fixture);
        } catch (Exception | AssertionError failure) {
            throw new AssertionError("seed " + seed, failure);
        }
    }

    @Test
    void malformedClient_isLoggedInOneLineThatNamesPeerAndReason() throws Exception {
        try (Fixture fixture = Fixture.writable()) {
            try (WireClient client = fixture.connect().begin("simple")) {
                client.out.write(new byte[28]);
                assertTrue(client.hungUp());
            }
            awaitNobody(fixture);
            List<String> lines =
                    Files.readAllLines(LOG).stream()
                            .filter(line -> line.contains(fixture.socket().toString()))
                            .toList();
            assertEquals(1, lines.size(), lines.toString());
            assertTrue(lines.getFirst().contains(fixture.socket() + "#1"), lines.toString());
            assertTrue(
                    lines.getFirst().endsWith("wrong magic 0x00000000 of a request"),
                    lines.toString());
        }
    }

    private static void attack(Fixture fixture, Random random) throws IOException {
        try (WireClient client = fixture.connect()) {
            byte[] bytes =
                    switch (random.nextInt(4)) {
                        case 0 -> garbage(random, 2000);
                        case 1 -> mutated(random, options(random));
                        case 2 -> mutated(random, session(random, false));
                        default -> mutated(random, session(random, true));
                    };
            client.channel.write(ByteBuffer.wrap(bytes));
            if (random.nextBoolean()) {
                client.channel.shutdownOutput();
                drain(client);
            }
        } catch (IOException expected) {
            // the server has hung up in the middle of it
        }
    }

    @Timeout(60)
    private static void drain(WireClient client) throws IOException {
        ByteBuffer sink = ByteBuffer.allocate(1 << 16);
        while (client.channel.read(sink.clear()) >= 0) {}
    }

    private static byte[] garbage(Random random, int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A valid start with options of random number, length and content. */
    private static byte[] options(Random random) {
        ByteBuffer out = ByteBuffer.allocate(1 << 16).putInt(3);
        for (int i = 0; i < 8; i++) {
            byte[] data = garbage(random, 300);
            out.putLong(0x49484156454F5054L).putInt(random.nextInt(13)).putInt(data.length);
            out.put(data);
        }
        return taken(out);
    }

    /** A valid handshake, then requests of every type with random flags, offsets and lengths. */
    private static byte[] session(Random random, boolean extended) {
        ByteBuffer out = ByteBuffer.allocate(1 << 20).putInt(3);
        out.putLong(0x49484156454F5054L).putInt(extended ? 11 : 8).putInt(0);
        byte[] query = WireClient.queries("", "base:allocation");
        out.putLong(0x49484156454F5054L).putInt(10).putInt(query.length).put(query);
        byte[] info = WireClient.info("");
        out.putLong(0x49484156454F5054L).putInt(7).putInt(info.length).put(info);
        for (int i = 0; i < 40; i++) {
            int type = random.nextInt(10);
            int flags = random.nextInt(4) == 0 ? random.nextInt(64) : 0;
            int length = random.nextInt(20_000);
            boolean payload = extended ? (flags & 32) != 0 : type == 1;
            out.putInt(extended ? 0x21e41c71 : 0x25609513).putShort((short) flags);
            out.putShort((short) type).putLong(i);
            out.putLong(random.nextInt(5) == 0 ? random.nextLong() : random.nextInt(64 << 20));
            if (extended) {
                out.putLong(length);
            } else {
                out.putInt(length);
            }
            if (payload) {
                out.position(out.position() + length);
            }
        }
        return taken(out);
    }

    /** Changes some bytes, or none, and cuts the end off, or not. */
    private static byte[] mutated(Random random, byte[] bytes) {
        for (int i = random.nextInt(4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return random.nextInt(3) == 0
                ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
                : bytes;
    }

    private static byte[] taken(ByteBuffer out) {
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    /** Waits until the export has no client and nothing is admitted. */
    private static void awaitNobody(Fixture fixture) {
        long deadline = System.nanoTime() + Waiting.LIMIT.toNanos();
        while (fixture.layer.exports().list().getFirst().clients() > 0
                || fixture.source.admitted() > 0
                || fixture.service.server().orElseThrow().clients() > 0) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("a connection is left");
            }
            Thread.onSpinWait();
        }
    }
}
