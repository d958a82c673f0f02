package org.ashlar.exports.nbd.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ashlar.exports.nbd.internal.WireClient.Message;
import org.ashlar.spi.BlockException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and replies as the specification says, section "Transmission phase". */
final class TransmissionTest {
    private static final int O_NONBLOCK = 04000;
    private static final int EPERM = 1;
    private static final int EIO = 5;
    private static final int EINVAL = 22;
    private static final int ENOSPC = 28;
    private static final int ENOTSUP = 95;
    private static final long SIZE = 64L << 20;

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void writes_ofAnySize_areReadBack(String mode) throws IOException {
        Random random = new Random(7);
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin(mode)) {
            int[] lengths = {1, 511, 4096, 65537, 300_000, 3 << 20, 1 << 25};
            long offset = 3;
            for (int length : lengths) {
                byte[] data = new byte[length];
                random.nextBytes(data);
                client.write(length, offset, data, 0);
                assertEquals(0, client.outcome(length));
                assertArrayEquals(data, fixture.node.below.get(offset, length));
                client.read(~length, offset, length);
                assertArrayEquals(data, client.readReply(~length, offset, length));
                offset = Math.min(offset + length, SIZE - (1 << 25));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void zeroAndTrim_clear(String mode) throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin(mode)) {
            fixture.node.below.put(0, filled(1 << 20));
            for (int flags : new int[] {0, 2, 16, 1, 1 | 2 | 16}) {
                client.send(6, flags, 9, 4096, 8192);
                assertEquals(0, client.outcome(9));
                assertArrayEquals(new byte[8192], fixture.node.below.get(4096, 8192));
                fixture.node.below.put(4096, filled(8192));
            }
            client.send(4, 0, 10, 0, 65536);
            assertEquals(0, client.outcome(10));
            client.send(4, 1, 11, 0, 65536);
            assertEquals(0, client.outcome(11));
            assertEquals(1, fixture.node.flushes.get(), "a durable trim flushes");
            client.send(6, 0, 12, 0, SIZE);
            assertEquals(0, client.outcome(12), "a zero longer than any payload");
            assertEquals(0, fixture.node.below.allocatedBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void flushFuaAndCache_reachTheNode(String mode) throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin(mode)) {
            client.send(3, 0, 1, 0, 0);
            assertEquals(0, client.outcome(1));
            assertEquals(1, fixture.node.flushes.get());
            client.write(2, 0, filled(4096), 1);
            assertEquals(0, client.outcome(2));
            assertEquals(1, fixture.node.durableWrites.get());
            client.send(5, 0, 3, 1, 3 << 20);
            assertEquals(0, client.outcome(3));
            client.send(0, 1, 4, 0, 16);
            assertArrayEquals(filled(16), client.readReply(4, 0, 16), "FUA is valid on a read");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void wrongRequests_areRefusedOneByOne(String mode) throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin(mode)) {
            client.read(1, SIZE - 10, 20);
            assertEquals(EINVAL, client.outcome(1));
            client.read(2, -1, 1);
            assertEquals(EINVAL, client.outcome(2));
            client.read(3, 0, (1 << 25) + 1);
            assertEquals(EINVAL, client.outcome(3));
            client.write(4, SIZE - 10, new byte[20], 0);
            assertEquals(ENOSPC, client.outcome(4));
            client.write(5, SIZE, new byte[1 << 20], 0);
            assertEquals(ENOSPC, client.outcome(5), "and its payload is skipped");
            client.send(6, 0, 6, SIZE, 1);
            assertEquals(ENOSPC, client.outcome(6));
            client.send(4, 0, 7, SIZE, 1);
            assertEquals(EINVAL, client.outcome(7));
            client.send(99, 0, 8, 0, 0);
            assertEquals(EINVAL, client.outcome(8));
            client.send(0, 2, 9, 0, 1);
            assertEquals(EINVAL, client.outcome(9), "a flag of another command");
            client.send(7, 0, 10, 0, 1);
            assertEquals(EINVAL, client.outcome(10), "block status without contexts");
            client.read(11, 0, 8);
            assertArrayEquals(new byte[8], client.readReply(11, 0, 8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void readOnly_refusesWhatWrites(String mode) throws IOException {
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("", false, Map.of());
            try (WireClient client = fixture.connect().begin(mode)) {
                client.write(1, 0, new byte[200_000], 0);
                assertEquals(EPERM, client.outcome(1));
                client.send(4, 0, 2, 0, 1);
                assertEquals(EPERM, client.outcome(2));
                client.send(6, 0, 3, 0, 1);
                assertEquals(EPERM, client.outcome(3));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void lengthZero_succeedsWithoutData(String mode) throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin(mode)) {
            client.read(1, 5, 0);
            assertEquals(0, client.outcome(1));
            client.write(2, 5, new byte[0], 0);
            assertEquals(0, client.outcome(2));
            for (int type : new int[] {4, 5, 6}) {
                client.send(type, 0, type, 5, 0);
                assertEquals(0, client.outcome(type));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void failures_haveTheirErrorValue_andTheConnectionLives(String mode) throws IOException {
        Map<BlockException.Kind, Integer> kinds =
                Map.of(
                        BlockException.Kind.IO, EIO,
                        BlockException.Kind.NO_SPACE, ENOSPC,
                        BlockException.Kind.NOT_PERMITTED, EPERM,
                        BlockException.Kind.CORRUPT, EIO,
                        BlockException.Kind.UNSUPPORTED, EINVAL,
                        BlockException.Kind.GONE, EIO);
        for (long slowFrom : new long[] {0, Long.MAX_VALUE}) {
            try (Fixture fixture = Fixture.slow(slowFrom);
                    WireClient client = fixture.connect().begin(mode)) {
                fixture.node.release();
                for (var each : kinds.entrySet()) {
                    fixture.node.failure.set(new BlockException(each.getKey(), "told to"));
                    client.read(1, 0, 4096);
                    assertEquals(each.getValue(), client.outcome(1), each.toString());
                    client.write(2, 0, new byte[512], 0);
                    assertEquals(each.getValue(), client.outcome(2), each.toString());
                }
                fixture.node.failure.set(BlockException.unsupported("fast zero"));
                client.send(6, 16, 3, 0, 512);
                assertEquals(ENOTSUP, client.outcome(3));
                fixture.node.failure.set(null);
                client.read(4, 0, 4096);
                assertEquals(4096, client.readReply(4, 0, 4096).length);
            }
        }
    }

    @Test
    void bug_inANode_isOneErrorAndNothingMore() throws IOException {
        for (long slowFrom : new long[] {0, Long.MAX_VALUE}) {
            try (Fixture fixture = Fixture.slow(slowFrom);
                    WireClient client = fixture.connect().begin("structured")) {
                fixture.node.release();
                fixture.node.bug.set(new IllegalStateException("secret"));
                client.read(1, 0, 4096);
                Message error = client.message(0);
                assertEquals(EIO, error.error());
                String text = UTF_8.decode(error.buffer()).toString();
                assertFalse(text.contains("secret"));
                fixture.node.bug.set(null);
                client.read(2, 0, 4096);
                assertEquals(4096, client.readReply(2, 0, 4096).length);
            }
        }
    }

    @Test
    void holes_areToldAsSuch_unlessFragmentsAreForbidden() throws IOException {
        for (long slowFrom : new long[] {0, Long.MAX_VALUE}) {
            try (Fixture fixture = Fixture.slow(slowFrom);
                    WireClient client = fixture.connect().begin("structured")) {
                fixture.node.release();
                client.read(1, 4096, 1 << 17);
                Message hole = client.message(0);
                assertEquals(2, hole.type());
                assertTrue(hole.done());
                assertEquals(4096, hole.buffer().getLong());
                assertEquals(1 << 17, hole.buffer().getInt(8));
                client.send(0, 4, 2, 4096, 1 << 17);
                Message data = client.message(0);
                assertEquals(1, data.type());
                assertEquals(8 + (1 << 17), data.buffer().remaining());
            }
        }
    }

    @Test
    void longReads_mixHolesAndData() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin("extended")) {
            byte[] expected = new byte[8 << 20];
            for (int at = 0; at < expected.length; at += 1 << 18) {
                fixture.node.below.put(at + 4096, filled(8192));
                System.arraycopy(filled(8192), 0, expected, at + 4096, 8192);
            }
            client.read(1, 0, expected.length);
            assertArrayEquals(expected, client.readReply(1, 0, expected.length));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"structured", "extended"})
    void blockStatus_describesEachContext(String mode) throws IOException {
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("", true, Map.of("allocation-depth", true));
            fixture.node.below.put(8192, filled(4096));
            try (WireClient client = fixture.connect()) {
                client.hello(3);
                if (mode.equals("structured")) {
                    client.structured();
                } else {
                    client.extended();
                }
                client.ask(10, WireClient.queries("", "base:allocation", "qemu:allocation-depth"));
                client.go("");
                assertEquals(mode.equals("extended"), (client.flags & (1 << 12)) != 0);
                client.send(7, 0, 1, 4096, 65536 - 4096);
                assertEquals(
                        List.of(List.of(4096L, 3L, 4096L, 0L, 53248L, 3L), List.of(0)),
                        status(client, 1, mode));
                assertEquals(
                        List.of(List.of(4096L, 0L, 4096L, 1L, 53248L, 0L), List.of(1)),
                        status(client, 1, mode));
                client.send(7, 8, 2, 0, SIZE);
                assertEquals(List.of(List.of(8192L, 3L), List.of(0)), status(client, 2, mode));
                assertEquals(List.of(List.of(8192L, 0L), List.of(1)), status(client, 2, mode));
                client.send(7, 0, 3, SIZE, 1);
                assertEquals(EINVAL, client.outcome(3));
                client.send(7, 0, 4, 0, 0);
                assertEquals(EINVAL, client.outcome(4));
            }
        }
    }

    @Test
    void blockStatus_withPayload_answersTheContextsNamed() throws IOException {
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("", true, Map.of("allocation-depth", true));
            try (WireClient client = fixture.connect()) {
                client.hello(3).extended();
                client.ask(10, WireClient.queries("", "base:allocation", "qemu:allocation-depth"));
                client.go("");
                statusOf(client, 1, SIZE, 1);
                assertEquals(List.of(List.of(SIZE, 0L), List.of(1)), status(client, 1, "extended"));
                int[][] wrong = {{}, {7}, {1, 1}, {0, 1, 0}};
                for (int[] ids : wrong) {
                    statusOf(client, 2, SIZE, ids);
                    assertEquals(EINVAL, client.outcome(2), Arrays.toString(ids));
                }
                client.send(7, 32, 3, 0, 1 << 20, new byte[1 << 20]);
                assertEquals(EINVAL, client.outcome(3));
                statusOf(client, 4, SIZE + 1, 0);
                assertEquals(EINVAL, client.outcome(4));
            }
        }
    }

    @Test
    void extended_payloadsAreTakenAsFlagged() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect().begin("extended")) {
            client.send(0, 32, 1, 0, 300_000, new byte[300_000]);
            assertEquals(EINVAL, client.outcome(1), "a read with a payload");
            client.send(1, 0, 2, 0, 4096);
            assertEquals(EINVAL, client.outcome(2), "a write without");
            client.send(4, 0, 3, 0, -1);
            assertEquals(EINVAL, client.outcome(3), "2^64 - 1 bytes");
            client.send(6, 0, 4, SIZE - 1, Long.MAX_VALUE);
            assertEquals(ENOSPC, client.outcome(4));
            client.read(5, 0, 8);
            assertEquals(8, client.readReply(5, 0, 8).length);
        }
    }

    @Test
    void payloadOverTheLimit_orWrongMagic_endsThisConnectionAlone() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient big = fixture.connect().begin("simple");
                WireClient bad = fixture.connect().begin("simple");
                WireClient good = fixture.connect().begin("simple")) {
            big.send(1, 0, 1, 0, (1 << 25) + 1);
            assertTrue(big.hungUp());
            bad.out.write(new byte[28]);
            assertTrue(bad.hungUp());
            good.read(1, 0, 8);
            assertEquals(8, good.readReply(1, 0, 8).length);
        }
    }

    @Test
    void manyRequestsAtOnce_areAllAnswered() throws Exception {
        try (Fixture fixture = Fixture.slow(32L << 20);
                WireClient client = fixture.connect().begin("structured")) {
            fixture.node.release();
            int count = 20_000;
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                ByteBuffer bytes = ByteBuffer.allocate(28 * count);
                                for (int i = 0; i < count; i++) {
                                    bytes.putInt(0x25609513).putShort((short) 0);
                                    bytes.putShort((short) 0).putLong(i);
                                    bytes.putLong((i * 4096L * 7) % SIZE).putInt(4096);
                                }
                                try {
                                    client.out.write(bytes.array());
                                } catch (IOException failure) {
                                    throw new AssertionError(failure);
                                }
                            });
            boolean[] seen = new boolean[count];
            for (int i = 0; i < count; i++) {
                Message message = client.message(0);
                assertEquals(0, message.error());
                assertTrue(message.done());
                assertFalse(seen[(int) message.cookie()]);
                seen[(int) message.cookie()] = true;
            }
            sender.join();
        }
    }

    @Test
    void disconnectRequest_waitsForWhatIsInFlight() throws Exception {
        try (Fixture fixture = Fixture.slow(4096);
                WireClient client = fixture.connect().begin("simple")) {
            client.read(1, 4096, 512);
            org.ashlar.tck.Waiting.on(fixture.node.arrived(), "the slow read");
            client.send(2, 0, 0, 0, 0);
            fixture.node.release();
            assertEquals(512, client.readReply(1, 4096, 512).length);
            assertTrue(client.hungUp());
        }
    }

    /** A socket that does not block is polled before each read: two system calls more for each. */
    @Test
    void slowRequest_leavesTheSocketBlocking() throws IOException {
        int before = socketsThatDoNotBlock();
        try (Fixture fixture = Fixture.slow(0);
                WireClient client = fixture.connect().begin("simple")) {
            fixture.node.release();
            client.read(1, 0, 4096);
            assertEquals(4096, client.readReply(1, 0, 4096).length);
            client.send(3, 0, 2, 0, 0);
            assertEquals(0, client.outcome(2));
            assertEquals(before, socketsThatDoNotBlock());
        }
    }

    private static int socketsThatDoNotBlock() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path file : files) {
                Path info = Path.of("/proc/self/fdinfo", file.getFileName().toString());
                if (isSocket(file) && (flags(info) & O_NONBLOCK) != 0) {
                    count++;
                }
            }
        }
        return count;
    }

    /** A descriptor that has been closed since it was listed is none. */
    private static boolean isSocket(Path file) throws IOException {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (NoSuchFileException closed) {
            return false;
        }
    }

    private static int flags(Path info) throws IOException {
        return Integer.parseInt(
                Files.readAllLines(info).stream()
                        .filter(line -> line.startsWith("flags:"))
                        .findFirst()
                        .orElseThrow()
                        .substring("flags:".length())
                        .strip(),
                8);
    }

    private static void statusOf(WireClient client, long cookie, long length, int... ids)
            throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(8 + 4 * ids.length).putLong(length);
        Arrays.stream(ids).forEach(payload::putInt);
        client.send(7, 32, cookie, 0, payload.capacity(), payload.array());
    }

    /** Returns lengths and states in turn, then the context's number. */
    private static List<List<? extends Number>> status(WireClient client, long cookie, String mode)
            throws IOException {
        Message message = client.message(0);
        assertEquals(cookie, message.cookie());
        assertEquals(0, message.error());
        ByteBuffer data = message.buffer();
        int id = data.getInt();
        List<Long> runs = new java.util.ArrayList<>();
        if (mode.equals("extended")) {
            assertEquals(6, message.type());
            assertEquals(data.getInt() * 16, data.remaining());
            while (data.hasRemaining()) {
                runs.add(data.getLong());
                runs.add(data.getLong());
            }
        } else {
            assertEquals(5, message.type());
            while (data.hasRemaining()) {
                runs.add(data.getInt() & 0xffffffffL);
                runs.add(data.getInt() & 0xffffffffL);
            }
        }
        return List.of(runs, List.of(id));
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0x5a);
        return bytes;
    }
}
