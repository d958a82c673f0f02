package org.ashlar.spi.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users may write for an option; sizes are read as qemu-img 7.2 reads them. */
class OptionTest {
    private static final Option<Long> SIZE = Option.bytes("size");
    private static final Option<Long> COUNT = Option.integer("count");
    private static final Option<Boolean> FLAG = Option.bool("flag");
    private static final Option<String> TEXT = Option.text("text");
    private static final Option<Mode> MODE = Option.choice("mode", Mode.class);
    private static final Option<String> HOST = Option.text("server.host");

    /** Some modes. */
    enum Mode {
        FIFO,
        READ_QUORUM
    }

    private static <T> Optional<T> read(Option<T> option, Object raw) throws BlockException {
        OptionTree given = OptionTree.typed(Map.of(option.name(), raw));
        return OptionValues.check(List.of(option), given).find(option);
    }

    private static String refusal(Option<?> option, Object raw) {
        BlockException refused = assertThrows(BlockException.class, () -> read(option, raw));
        assertEquals(Kind.INVALID, refused.kind());
        return refused.getMessage();
    }

    @Nested
    class Sizes {
        @ParameterizedTest
        @CsvSource({
            "0, 0",
            "5, 5",
            "5., 5",
            "1B, 1",
            "1b, 1",
            "64k, 65536",
            "64K, 65536",
            "1M, 1048576",
            "2G, 2147483648",
            "1T, 1099511627776",
            "1P, 1125899906842624",
            "7E, 8070450532247928832",
            "1.5k, 1536",
            "7.9E, 9108079886394091136",
            "0.0000001k, 0",
            "0.00048828125k, 1",
            "0.3k, 307",
            "1.9999k, 2048",
            "1.1G, 1181116006",
            "0x10, 16",
            "0x1b, 27",
            "0X1E, 30",
            "9223372036854775807, 9223372036854775807"
        })
        void texts(String text, long bytes) throws Exception {
            assertEquals(Optional.of(bytes), read(SIZE, text));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " ",
                    "k",
                    "1.5",
                    "1e3",
                    "1e999999999",
                    "1kk",
                    "-1",
                    "-1k",
                    "5 ",
                    "1,5k",
                    "0x",
                    "0xg",
                    "0x10k",
                    ".5k",
                    "1.5.5k",
                    "NaN",
                    "Infinity",
                    "1_000"
                })
        void textsThatAreNoSize(String text) {
            assertTrue(
                    refusal(SIZE, text).startsWith("Parameter 'size' expects a non-negative"),
                    refusal(SIZE, text));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "8E",
                    "16E",
                    "9223372036854775808",
                    "0x8000000000000000",
                    "99999999999999999999999999999999999999999"
                })
        void textsThatAreTooLarge(String text) {
            assertEquals(
                    "Value '" + text + "' is out of range for parameter 'size'",
                    refusal(SIZE, text));
        }

        @Test
        void numbers() throws Exception {
            assertEquals(Optional.of(4096L), read(SIZE, 4096));
            assertEquals(
                    "Parameter 'size' expects a non-negative number below 2^64", refusal(SIZE, -1));
            assertEquals(
                    "Invalid parameter type for 'size', expected: integer", refusal(SIZE, true));
            assertEquals(
                    "Invalid parameter type for 'size', expected: integer", refusal(SIZE, 1.5));
        }
    }

    @Test
    void unsignedNumbers() throws Exception {
        Option<Long> small = Option.unsigned("server.to", 16);
        Option<Long> large = Option.unsigned("ns", 64);
        assertEquals(Optional.of(65535L), read(small, 65535L));
        assertEquals(Optional.of(65535L), read(small, "65535"));
        assertEquals("Parameter 'to' expects uint16_t", refusal(small, 65536L));
        assertEquals("Parameter 'to' expects uint16_t", refusal(small, -1L));
        assertEquals("Parameter 'server.to' expects uint64", refusal(small, 1.0));
        BigInteger most = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
        assertEquals(Optional.of(-1L), read(large, most));
        assertEquals("Parameter 'to' expects uint16_t", refusal(small, most));
        BigInteger tooLarge = BigInteger.TWO.pow(64);
        assertEquals("Parameter 'ns' expects uint64", refusal(large, tooLarge));
    }

    @ParameterizedTest
    @CsvSource({"on, true", "yes, true", "true, true", "off, false", "no, false", "false, false"})
    void truthValues(String text, boolean value) throws Exception {
        assertEquals(Optional.of(value), read(FLAG, text));
        assertEquals(Optional.of(value), read(FLAG, value));
    }

    @Test
    void truthValues_thatAreNone() {
        for (String text : List.of("", "ON", "1", "maybe")) {
            assertEquals("Parameter 'flag' expects 'on' or 'off'", refusal(FLAG, text));
        }
        assertEquals("Invalid parameter type for 'flag', expected: boolean", refusal(FLAG, 1));
    }

    @Test
    void wholeNumbers() throws Exception {
        assertEquals(Optional.of(-7L), read(COUNT, "-7"));
        assertEquals(Optional.of(16L), read(COUNT, "0x10"));
        assertEquals(Optional.of(Long.MIN_VALUE), read(COUNT, Long.MIN_VALUE));
        for (String text : List.of("", "x", "1.5", "9223372036854775808", "4k")) {
            assertEquals("Parameter 'count' expects a number", refusal(COUNT, text));
        }
        assertEquals("Invalid parameter type for 'count', expected: integer", refusal(COUNT, 1.5));
    }

    @Test
    void texts_areNotMadeOfOtherThings() throws Exception {
        assertEquals(Optional.of(""), read(TEXT, ""));
        for (Object other :
                new Object[] {1, true, 1.5, List.of("a"), Map.of("a", "b"), List.of()}) {
            refusal(TEXT, other);
        }
    }

    @Test
    void choices_areWrittenWithDashes() throws Exception {
        assertEquals(Optional.of(Mode.READ_QUORUM), read(MODE, "read-quorum"));
        assertEquals(List.of("fifo", "read-quorum"), MODE.type().choices());
        assertEquals("Parameter 'mode' does not accept value 'lifo'", refusal(MODE, "lifo"));
        assertEquals("Parameter 'mode' does not accept value 'FIFO'", refusal(MODE, "FIFO"));
    }

    @Test
    void optionLeftOut_isItsDefault_orMissing_orNothing() throws Exception {
        OptionTree nothing = OptionTree.typed(Map.of());
        Option<Long> required = COUNT.required();
        Option<Long> defaulted = SIZE.orElse(512L);
        OptionValues values = OptionValues.check(List.of(defaulted, TEXT), nothing);
        assertEquals(512L, values.get(defaulted));
        assertEquals(Optional.empty(), values.find(TEXT));
        assertThrows(IllegalStateException.class, () -> values.get(TEXT));
        BlockException missing =
                assertThrows(
                        BlockException.class, () -> OptionValues.check(List.of(required), nothing));
        assertEquals("Parameter 'count' is missing", missing.getMessage());
        OptionTree none = OptionTree.typed(Map.of("size", OptionTree.NONE));
        assertEquals(512L, OptionValues.check(List.of(defaulted), none).get(defaulted));
    }

    @Test
    void unknownKeys_areRefused_whateverTheyHold() {
        for (Object value :
                new Object[] {1, "x", Map.of(), List.of(), Map.of("a", 1), List.of(1)}) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () ->
                                    OptionValues.check(
                                            List.of(TEXT), OptionTree.typed(Map.of("x", value))));
            assertTrue(
                    refused.getMessage().startsWith("Parameter 'x")
                            && refused.getMessage().endsWith("' is unexpected"),
                    refused.getMessage());
        }
    }

    @Test
    void dottedName_isTheMemberOfAnObject() throws Exception {
        OptionTree nested = OptionTree.typed(Map.of("server", Map.of("host", "h")));
        OptionTree dotted = OptionTree.dotted(Map.of("server.host", "h"));
        for (OptionTree given : List.of(nested, dotted)) {
            assertEquals("h", OptionValues.check(List.of(HOST), given).get(HOST));
        }
        assertEquals(List.of("server", "host"), HOST.path());
    }

    @Test
    void changes_makeAnotherOption() {
        Option<Long> changed = SIZE.required().reopenable().help("How long.");
        assertTrue(changed.isRequired() && changed.isReopenable());
        assertEquals("How long.", changed.help());
        assertFalse(SIZE.isRequired() || SIZE.isReopenable());
        assertEquals(Optional.of(1L), changed.orElse(1L).defaultValue());
        assertFalse(changed.orElse(1L).isRequired());
    }
}
