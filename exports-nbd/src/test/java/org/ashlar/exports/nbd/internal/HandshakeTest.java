package org.ashlar.exports.nbd.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ashlar.exports.nbd.internal.WireClient.OptionReply;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.Test;

/** The handshake as the specification says, section "Handshake phase". */
final class HandshakeTest {
    private static final byte[] NOTHING = {};
    private static final byte[] SOMETHING = {1, 2, 3};

    @Test
    void client_thatComesBeforeTheExport_waitsForIt() throws Exception {
        try (Fixture early = new Fixture(1 << 20, Long.MAX_VALUE, Map.of("await-export", true));
                WireClient client = early.connect()) {
            assertFalse(early.layer.hasEvent());

            early.export("disk", false, Map.of());

            assertEquals("NBD_SERVER_STARTED", early.layer.nextEvent().name());
            client.hello(3).go("disk");
        }
    }

    @Test
    void hello_withUnknownClientFlag_hangsUp() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect()) {
            client.hello(4);
            assertTrue(client.hungUp());
        }
    }

    @Test
    void option_withoutFixedNewstyle_hangsUp() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect()) {
            client.hello(0).option(3, NOTHING);
            assertTrue(client.hungUp());
        }
    }

    @Test
    void exportName_padsUnlessToldNotTo() throws IOException {
        try (Fixture fixture = Fixture.writable()) {
            for (int flags : new int[] {0, 1, 3}) {
                try (WireClient client = fixture.connect()) {
                    client.hello(flags).option(1, NOTHING);
                    assertEquals(64L << 20, client.in.readLong());
                    int sent = client.in.readUnsignedShort();
                    assertEquals(1, sent & 3, "has flags, not read-only");
                    if ((flags & 2) == 0) {
                        assertArrayEquals(new byte[124], client.in.readNBytes(124));
                    }
                    client.read(7, 0, 512);
                    assertArrayEquals(new byte[512], client.readReply(7, 0, 512));
                }
            }
        }
    }

    @Test
    void exportName_unknownOrAfterExtendedHeaders_hangsUp() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient unknown = fixture.connect();
                WireClient extended = fixture.connect()) {
            unknown.hello(3).option(1, "other".getBytes(UTF_8));
            assertTrue(unknown.hungUp());
            extended.hello(3).extended().option(1, NOTHING);
            assertTrue(extended.hungUp());
        }
    }

    @Test
    void list_namesEveryExportWithItsDescription() throws IOException {
        try (Fixture fixture = new Fixture(1 << 20, Long.MAX_VALUE, Map.of())) {
            fixture.export("first", false, Map.of("description", "a line"));
            fixture.export("second", true, Map.of());
            try (WireClient client = fixture.connect()) {
                client.hello(3);
                List<String> told = new ArrayList<>();
                for (OptionReply reply : client.ask(3, NOTHING)) {
                    if (reply.type() == 2) {
                        ByteBuffer data = reply.buffer();
                        byte[] name = new byte[data.getInt()];
                        data.get(name);
                        byte[] rest = new byte[data.remaining()];
                        data.get(rest);
                        told.add(new String(name, UTF_8) + "|" + new String(rest, UTF_8));
                    }
                }
                assertEquals(List.of("first|a line", "second|"), told);
                assertEquals(WireClient.ERR_INVALID, last(client.ask(3, SOMETHING)));
            }
        }
    }

    @Test
    void info_tellsWhatIsAsked_andDoesNotEnterTransmission() throws IOException {
        try (Fixture fixture = new Fixture(1 << 20, Long.MAX_VALUE, Map.of())) {
            fixture.export("disk", false, Map.of("description", "a line"));
            try (WireClient client = fixture.connect()) {
                client.hello(3);
                List<OptionReply> replies = client.ask(6, WireClient.info("disk", 1, 2, 3, 77));
                ByteBuffer export = infoOf(replies, 0);
                assertEquals(1 << 20, export.getLong());
                // has flags, read-only, flush, fua, multi-conn, cache; no DF without structured
                assertEquals(1 | 2 | 4 | 8 | 256 | 1024, export.getShort() & 0xffff);
                assertEquals("disk", UTF_8.decode(infoOf(replies, 1)).toString());
                assertEquals("a line", UTF_8.decode(infoOf(replies, 2)).toString());
                ByteBuffer sizes = infoOf(replies, 3);
                assertEquals(
                        List.of(1, 4096, 1 << 25),
                        List.of(sizes.getInt(), sizes.getInt(), sizes.getInt()));
                assertEquals(WireClient.ERR_UNKNOWN, last(client.ask(6, WireClient.info("other"))));
                assertEquals(WireClient.ACK, last(client.ask(7, WireClient.info("disk"))));
            }
        }
    }

    @Test
    void go_writable_offersWhatTheReferenceOffers() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect()) {
            client.begin("structured");
            // has flags, flush, fua, trim, zeroes, df, multi-conn, cache, fast zero
            assertEquals(1 | 4 | 8 | 32 | 64 | 128 | 256 | 1024 | 2048, client.flags);
        }
    }

    @Test
    void go_withOneConnectionAllowed_offersNoMultiConn() throws IOException {
        try (Fixture fixture =
                new Fixture(1 << 20, Long.MAX_VALUE, Map.of("max-connections", 1L))) {
            fixture.export("", true, Map.of());
            try (WireClient client = fixture.connect()) {
                client.begin("simple");
                assertEquals(0, client.flags & 256);
            }
        }
    }

    @Test
    void info_malformed_isInvalidAndHagglingGoesOn() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect()) {
            client.hello(3);
            byte[][] wrong = {
                NOTHING,
                {0, 0, 0, 9, 'a', 0, 0},
                {0, 0, 0, 1, 'a', 0, 2, 0, 0},
                {0, 0, 0, 1, 'a', 0, 0, 0},
                {0, 0, 0, 1, (byte) 0xff, 0, 0},
                {0, 0, 0, 1, 0, 0, 0},
                {-1, -1, -1, -1, 'a', 0, 0},
            };
            for (byte[] data : wrong) {
                assertEquals(WireClient.ERR_INVALID, last(client.ask(6, data)));
                assertEquals(WireClient.ERR_INVALID, last(client.ask(7, data)));
            }
            client.go("");
        }
    }

    @Test
    void startTls_isRefusedByPolicy_unknownOptionsAreUnsupported() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect()) {
            client.hello(3);
            assertEquals(WireClient.ERR_POLICY, last(client.ask(5, NOTHING)));
            assertEquals(WireClient.ERR_INVALID, last(client.ask(5, SOMETHING)));
            assertEquals(WireClient.ERR_UNSUP, last(client.ask(4, NOTHING)));
            assertEquals(WireClient.ERR_UNSUP, last(client.ask(0x7fffffff, SOMETHING)));
            client.go("");
        }
    }

    @Test
    void structuredAndExtended_areGivenOnce_extendedWins() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect()) {
            client.hello(3);
            assertEquals(WireClient.ERR_INVALID, last(client.ask(8, SOMETHING)));
            client.structured();
            assertEquals(WireClient.ERR_INVALID, last(client.ask(8, NOTHING)));
            assertEquals(WireClient.ERR_INVALID, last(client.ask(11, SOMETHING)));
            client.extended();
            assertEquals(WireClient.ERR_INVALID, last(client.ask(11, NOTHING)));
            assertEquals(WireClient.ERR_EXT_HEADER, last(client.ask(8, NOTHING)));
            client.go("");
            client.read(1, 0, 512);
            assertArrayEquals(new byte[512], client.readReply(1, 0, 512));
        }
    }

    @Test
    void contexts_areListedByWildcardAndSetByName() throws IOException {
        try (Fixture fixture = new Fixture(1 << 20, Long.MAX_VALUE, Map.of())) {
            fixture.export("plain", false, Map.of());
            fixture.export("deep", false, Map.of("allocation-depth", true));
            try (WireClient client = fixture.connect()) {
                client.hello(3);
                assertEquals(
                        WireClient.ERR_INVALID, last(client.ask(10, WireClient.queries("deep"))));
                client.structured();
                String base = "base:allocation";
                String depth = "qemu:allocation-depth";
                assertEquals(List.of(base), contexts(client, 9, "plain"));
                assertEquals(List.of(base, depth), contexts(client, 9, "deep"));
                assertEquals(List.of(base), contexts(client, 9, "deep", "base:"));
                assertEquals(List.of(depth), contexts(client, 9, "deep", "qemu:"));
                assertEquals(List.of(), contexts(client, 9, "plain", "qemu:", "x-other:y"));
                assertEquals(List.of(), contexts(client, 10, "deep"));
                assertEquals(List.of(), contexts(client, 10, "deep", "base:", "no-colon"));
                assertEquals(List.of(depth), contexts(client, 10, "deep", depth, "base:other"));
                assertEquals(
                        WireClient.ERR_UNKNOWN, last(client.ask(10, WireClient.queries("none"))));
                assertEquals(WireClient.ERR_INVALID, last(client.ask(10, new byte[] {0, 0, 0, 1})));
            }
        }
    }

    @Test
    void contexts_ofAnotherExport_doNotCount() throws IOException {
        try (Fixture fixture = new Fixture(1 << 20, Long.MAX_VALUE, Map.of())) {
            fixture.export("a", false, Map.of());
            fixture.export("b", false, Map.of());
            try (WireClient client = fixture.connect()) {
                client.hello(3).structured();
                assertEquals(
                        List.of("base:allocation"), contexts(client, 10, "a", "base:allocation"));
                client.go("b");
                client.send(7, 0, 5, 0, 4096);
                assertEquals(22, client.outcome(5));
            }
        }
    }

    @Test
    void abort_isAcknowledgedAndEnds() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient client = fixture.connect()) {
            client.hello(3);
            assertEquals(WireClient.ACK, last(client.ask(2, SOMETHING)));
            assertTrue(client.hungUp());
        }
    }

    @Test
    void option_thatIsTooLongOrHasWrongMagic_hangsUp() throws IOException {
        try (Fixture fixture = Fixture.writable();
                WireClient longOne = fixture.connect();
                WireClient wrong = fixture.connect()) {
            longOne.hello(3);
            longOne.out.writeLong(0x49484156454F5054L);
            longOne.out.writeInt(6);
            longOne.out.writeInt(1 << 30);
            assertTrue(longOne.hungUp());
            wrong.hello(3);
            wrong.out.write(new byte[16]);
            assertTrue(wrong.hungUp());
        }
    }

    @Test
    void handshake_thatTakesTooLong_isEnded() throws IOException {
        Map<String, Object> limits = Map.of("handshake-max-seconds", 1L, "max-connections", 1L);
        try (Fixture fixture = new Fixture(1 << 20, Long.MAX_VALUE, limits)) {
            fixture.export("", false, Map.of());
            try (WireClient idle = fixture.connect();
                    WireClient next = fixture.connect()) {
                idle.hello(3);
                assertThrows(EOFException.class, () -> idle.optionReply());
                next.begin("simple"); // was not accepted before the first had gone
            }
        }
    }

    @Test
    void transmission_isNotEndedByTheLimitOfTheHandshake() throws Exception {
        Map<String, Object> limits = Map.of("handshake-max-seconds", 1L);
        try (Fixture fixture = new Fixture(1 << 20, Long.MAX_VALUE, limits)) {
            fixture.export("", false, Map.of());
            try (WireClient first = fixture.connect();
                    WireClient second = fixture.connect()) {
                first.begin("simple");
                second.hello(3);
                assertThrows(EOFException.class, () -> second.optionReply());
                first.read(1, 0, 512);
                assertEquals(512, first.readReply(1, 0, 512).length);
            }
        }
    }

    @Test
    void clients_comeAndGo_eventsTellSo() throws Exception {
        try (Fixture fixture = new Fixture(1 << 20, Long.MAX_VALUE, Map.of())) {
            assertEquals("NBD_SERVER_STARTED", fixture.layer.nextEvent().name());
            fixture.export("disk", false, Map.of());
            try (WireClient client = fixture.connect()) {
                client.hello(3).go("disk");
                var connected = fixture.layer.nextEvent();
                assertEquals("NBD_CLIENT_CONNECTED", connected.name());
                assertEquals(Map.of("export", "disk", "clients", 1), connected.data());
                assertEquals(1, fixture.layer.exports().list().getFirst().clients());
                client.send(2, 0, 0, 0, 0);
                assertTrue(client.hungUp());
            }
            var gone = fixture.layer.nextEvent();
            assertEquals("NBD_CLIENT_DISCONNECTED", gone.name());
            assertEquals(Map.of("export", "disk", "clients", 0), gone.data());
            fixture.layer.run(new ServerStopCommand(fixture.service), OptionTree.empty());
        }
    }

    private static List<String> contexts(WireClient client, int option, String... query)
            throws IOException {
        String[] rest = List.of(query).subList(1, query.length).toArray(String[]::new);
        List<OptionReply> replies = client.ask(option, WireClient.queries(query[0], rest));
        assertEquals(WireClient.ACK, last(replies));
        return replies.stream()
                .filter(reply -> reply.type() == 4)
                .map(reply -> UTF_8.decode(reply.buffer().position(4)).toString())
                .toList();
    }

    private static ByteBuffer infoOf(List<OptionReply> replies, int type) {
        return replies.stream()
                .filter(reply -> reply.type() == 3 && reply.buffer().getShort() == type)
                .findFirst()
                .map(reply -> reply.buffer().position(2))
                .orElseThrow(() -> new AssertionError("no information " + type));
    }

    private static int last(List<OptionReply> replies) {
        return replies.getLast().type();
    }
}
