package org.ashlar.exports.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes that are longer than what a socket takes at once: they are written as they arrive. */
class LongWritesTest {
    private static final int LONG = 1 << 20;
    private static final int HALF = LONG / 2;
    private static final int CLUSTER = 64 << 10;
    private static final int ENOSPC = 28;

    private final byte[] content = new byte[LONG];

    LongWritesTest() {
        new Random(11).nextBytes(content);
    }

    /** Sends a header, and half of what it announces. */
    private void sendHalf(WireClient client, long offset) throws IOException {
        int payloadFlag = client.extended ? 32 : 0;
        client.send(1, payloadFlag, 1, offset, LONG, Arrays.copyOf(content, HALF));
    }

    private void sendRest(WireClient client) throws IOException {
        client.out.write(content, HALF, HALF);
    }

    private static void awaitFirstPiece(Fixture fixture) {
        Waiting.until(() -> !fixture.node.writeOffsets.isEmpty(), "the first piece");
        Waiting.until(() -> fixture.source.admitted() == 0, "the end of its admission");
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void payload_whileItsEndIsOnItsWay_isWrittenAndNothingIsHeld(String mode) throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin(mode)) {
            sendHalf(client, 512);
            awaitFirstPiece(fixture);
            assertArrayEquals(Arrays.copyOf(content, 4096), fixture.node.below.get(512, 4096));
            sendRest(client);
            assertEquals(0, client.outcome(1));
            assertArrayEquals(content, fixture.node.below.get(512, LONG));
        }
    }

    @Test
    void pieces_endWhereClustersDo() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin("simple")) {
            fixture.node.clusterSize.set(CLUSTER);
            sendHalf(client, 512);
            awaitFirstPiece(fixture);
            sendRest(client);
            assertEquals(0, client.outcome(1));
            assertArrayEquals(content, fixture.node.below.get(512, LONG));
            assertEquals(512, fixture.node.writeOffsets.remove());
            assertTrue(fixture.node.writeOffsets.size() > 0);
            fixture.node.writeOffsets.forEach(offset -> assertEquals(0, offset % CLUSTER));
        }
    }

    @Test
    void write_withinOneCluster_isNotCut() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin("simple")) {
            fixture.node.clusterSize.set(2 * LONG);
            client.write(1, 512, content, 0);
            assertEquals(0, client.outcome(1));
            assertEquals(1, fixture.node.writeOffsets.size());
            assertArrayEquals(content, fixture.node.below.get(512, LONG));
        }
    }

    @Test
    void write_whoseEndHasToWait_isHandedOnWhole() throws IOException {
        try (Fixture fixture = Fixture.slow(HALF);
                WireClient client = fixture.connect().begin("simple")) {
            sendHalf(client, 0);
            awaitFirstPiece(fixture);
            fixture.node.release();
            sendRest(client);
            assertEquals(0, client.outcome(1));
            assertEquals(0, lastWrite(fixture));
            assertArrayEquals(content, fixture.node.below.get(0, LONG));
        }
    }

    private static long lastWrite(Fixture fixture) {
        return fixture.node.writeOffsets.stream().reduce((_, last) -> last).orElseThrow();
    }

    @Test
    void write_ofWhichAPieceFails_fails() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin("simple")) {
            sendHalf(client, 0);
            awaitFirstPiece(fixture);
            fixture.node.failure.set(new BlockException(Kind.NO_SPACE, "full"));
            sendRest(client);
            assertEquals(ENOSPC, client.outcome(1));
        }
    }

    /** The fixture finds memory and admissions that are left. */
    @Test
    void clientThatLeavesInTheMiddleOfAPayload_leavesNothingBehind() throws IOException {
        try (Fixture fixture = Fixture.writable()) {
            for (int i = 0; i < 10; i++) {
                try (WireClient client = fixture.connect().begin("structured")) {
                    sendHalf(client, 0);
                }
            }
        }
    }
}
