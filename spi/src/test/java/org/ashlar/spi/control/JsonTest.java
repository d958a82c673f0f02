package org.ashlar.spi.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.Test;

/** Compared with the reference where the monitor is; here is what holds without it. */
class JsonTest {

    /** Collects what a reader finds. */
    private static final class Found implements JsonReader.Listener {

        private final List<Object> all = new ArrayList<>();

        @Override
        public void value(Object value) {
            all.add(value);
        }

        @Override
        public void malformed(BlockException error) {
            all.add("error: " + error.getMessage());
        }
    }

    private static List<Object> read(byte[] bytes, int step) {
        Found found = new Found();
        JsonReader reader = new JsonReader(found);
        for (int at = 0; at < bytes.length; at += step) {
            reader.feed(bytes, at, Math.min(step, bytes.length - at));
        }
        reader.end();
        return found.all;
    }

    @Test
    void parse_values_asJavaHasThem() throws Exception {
        assertEquals(
                Map.of(
                        "a",
                        List.of(1L, -2.5, true, false, OptionTree.NONE),
                        "b",
                        new BigInteger("18446744073709551615"),
                        "c",
                        1e30,
                        "d",
                        "\"\n\u00e9\ud83d\ude00"),
                Json.parse(
                        "{\"a\": [1, -2.5, true, false, null], \"b\": 18446744073709551615,"
                                + " 'c': 1000000000000000000000000000000,"
                                + " \"d\": \"\\\"\\n\u00e9\\ud83d\\ude00\"}"));
    }

    @Test
    void print_whatWasParsed_isTheSame() throws Exception {
        String text = "{\"a\": [1, -2.5, true, null, {}], \"b\": [], \"\\u00E9\\n\\\"\": 0.5}";

        assertEquals(text, Json.print(Json.parse(text)));
        assertEquals(Json.parse(text), Json.parse(Json.printPretty(Json.parse(text))));
    }

    @Test
    void parse_nestedTooDeep_isRefused() throws Exception {
        int depth = JsonReader.MAX_DEPTH;
        Json.parse("[".repeat(depth) + "]".repeat(depth));

        BlockException refused =
                assertThrows(BlockException.class, () -> Json.parse("[".repeat(depth + 1) + "\n"));
        assertEquals("JSON nesting depth limit exceeded", refused.getMessage());
    }

    @Test
    void reader_ofATokenTooLong_givesUpAndGoesOn() {
        Found found = new Found();
        JsonReader reader = new JsonReader(found);
        byte[] letters = "a".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        reader.feed(new byte[] {'"'}, 0, 1);
        for (int i = 0; i < JsonReader.MAX_BYTES >> 20; i++) {
            reader.feed(letters, 0, letters.length);
        }
        byte[] rest = "\"\n[1]".getBytes(StandardCharsets.US_ASCII);
        reader.feed(rest, 0, rest.length);

        assertEquals(List.of("error: JSON token size limit exceeded", List.of(1L)), found.all);
    }

    @Test
    void parse_nothingOrTwoValues_isRefused() {
        assertThrows(BlockException.class, () -> Json.parse(" "));
        assertEquals(
                "Expecting at most one JSON value",
                assertThrows(BlockException.class, () -> Json.parse("{} {}")).getMessage());
    }

    /** However the bytes are cut, the same is found, and a newline after 0xFF always recovers. */
    @Test
    void reader_ofMutatedMessages_findsTheSameHoweverTheyAreCut() {
        long seed = 42;
        Random random = new Random(seed);
        byte[] message =
                "{\"execute\": \"block-export-add\", \"arguments\": {\"id\": \"e\\u00e9\", \"x\": [1, -2.5e3]}}"
                        .getBytes(StandardCharsets.UTF_8);
        byte[] recovery = new byte[] {(byte) 0xFF, '\n', '[', '7', ']'};
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = new byte[message.length + recovery.length];
            System.arraycopy(message, 0, bytes, 0, message.length);
            System.arraycopy(recovery, 0, bytes, message.length, recovery.length);
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                bytes[random.nextInt(message.length)] = (byte) random.nextInt(256);
            }
            List<Object> whole = read(bytes, bytes.length);
            int which = round;
            assertEquals(whole, read(bytes, 1), () -> "seed " + seed + " round " + which);
            assertEquals(whole, read(bytes, 7), () -> "seed " + seed + " round " + which);
            assertEquals(List.of(7L), whole.getLast(), () -> "seed " + seed + " round " + which);
            assertTrue(whole.size() > 1);
        }
    }
}
