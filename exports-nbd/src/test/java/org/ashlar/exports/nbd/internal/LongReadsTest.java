package org.ashlar.exports.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.ashlar.exports.nbd.internal.WireClient.Message;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads whose replies are longer than what a socket takes at once. */
class LongReadsTest {
    private static final int SLOW_FROM = 8 << 20;
    private static final int LONG = 1 << 20;
    private static final int COUNT = 60;

    private final byte[] content = new byte[16 << 20];

    private Fixture filled(long seed) throws IOException {
        new Random(seed).nextBytes(content);
        Fixture fixture = Fixture.slow(SLOW_FROM);
        fixture.node.below.put(0, content);
        fixture.node.release();
        return fixture;
    }

    private byte[] expected(long offset, int length) {
        return java.util.Arrays.copyOfRange(content, (int) offset, (int) offset + length);
    }

    /** Slow ones are answered in between, by another thread, never in the middle of a reply. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void replies_ofManyAtOnce_areWhole(String mode, TestReporter reporter) throws Exception {
        long seed = Seed.choose(reporter);
        Random random = new Random(seed);
        Map<Long, Long> offsets = new HashMap<>();
        try (Fixture fixture = filled(seed);
                WireClient client = fixture.connect().begin(mode)) {
            for (long cookie = 0; cookie < COUNT; cookie++) {
                offsets.put(cookie, (long) random.nextInt(content.length - LONG));
                client.read(cookie, offsets.get(cookie), LONG);
            }
            Map<Long, byte[]> read = new HashMap<>();
            int done = 0;
            while (done < COUNT) {
                Message message = client.message(LONG);
                assertEquals(0, message.error());
                long offset = offsets.get(message.cookie());
                byte[] bytes = read.computeIfAbsent(message.cookie(), _ -> new byte[LONG]);
                ByteBuffer data = message.buffer();
                int at = mode.equals("simple") ? 0 : (int) (data.getLong() - offset);
                data.get(bytes, at, data.remaining());
                done += message.done() ? 1 : 0;
            }
            offsets.forEach((cookie, offset) ->
                    assertArrayEquals(expected(offset, LONG), read.get(cookie)));
        }
    }

    @Test
    void shortReply_behindALongOne_comesAfterIt() throws IOException {
        try (Fixture fixture = filled(1);
                WireClient client = fixture.connect().begin("simple")) {
            client.read(1, 0, LONG);
            client.read(2, 5, 100);
            client.write(3, 0, new byte[] {1}, 0);
            client.read(4, 512, LONG);
            assertArrayEquals(expected(0, LONG), client.readReply(1, 0, LONG));
            assertArrayEquals(expected(5, 100), client.readReply(2, 5, 100));
            assertEquals(0, client.outcome(3));
            assertArrayEquals(expected(512, LONG), client.readReply(4, 512, LONG));
        }
    }

    /** The fixture finds memory and admissions that are left. */
    @Test
    void clientThatLeavesInTheMiddleOfAReply_leavesNothingBehind() throws IOException {
        try (Fixture fixture = filled(2)) {
            for (int i = 0; i < 20; i++) {
                try (WireClient client = fixture.connect().begin("structured")) {
                    for (long cookie = 0; cookie < 4; cookie++) {
                        client.read(cookie, 0, LONG);
                    }
                    client.in.readFully(new byte[i * 100_000]);
                }
            }
        }
    }
}
