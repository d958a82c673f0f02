package org.ashlar.tools.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "1.,1",
        "512b,512",
        "64k,65536",
        "64K,65536",
        "1.5G,1610612736",
        "1.0,1",
        "+1M,1048576",
        "' 1M',1048576",
        "0x10000,65536",
        "0x1M,1048576",
        "1e,1152921504606846976",
        "9223372036854775807,9223372036854775807"
    })
    void parse_wellFormed_isBytes(String text, long bytes) {
        assertEquals(bytes, Sizes.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1X", "1MB", "-1", ".5M", "1.5", "1.1b", "1e3", "0x", "1 k"})
    void parse_malformed_isRefused(String text) {
        assertThrows(NumberFormatException.class, () -> Sizes.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8E", "16E", "99999999999999999999", "9223372036854775808"})
    void parse_tooLarge_isOutOfRange(String text) {
        assertThrows(ArithmeticException.class, () -> Sizes.parse(text));
    }

    /** As {@code qemu-img info} showed images of these lengths. */
    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "512,512 B",
        "4096,4 KiB",
        "196608,192 KiB",
        "462848,452 KiB",
        "1000448,977 KiB",
        "1048576,1 MiB",
        "1610612736,1.5 GiB",
        "2297856,2.19 MiB",
        "1023488,1e+03 KiB",
        "1047040,0.999 MiB",
        "1151795604700004352,0.999 EiB",
        "1152921504606846976,1 EiB"
    })
    void human_lengths_haveThreeDigits(long bytes, String text) {
        assertEquals(text, Sizes.human(bytes));
    }

    /** As {@code qemu-io -c length} showed images of these lengths. */
    @ParameterizedTest
    @CsvSource({
        "0,0 bytes",
        "512,512 bytes",
        "1500,1.465 KiB",
        "1536,1.500 KiB",
        "1048576,1 MiB",
        "63897600,60.938 MiB",
        "1610612736,1.500 GiB"
    })
    void threeDecimals_lengths_dropZeroDecimals(long bytes, String text) {
        assertEquals(text, Sizes.threeDecimals(bytes));
    }

    /** Against the library's exact decimals. */
    @Test
    void fixed_anyNumber_isRoundedExactlyHalvesToEven() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            double value = random.nextLong() * Math.pow(2, -random.nextInt(160));
            double tie = random.nextInt(1 << 20) / 64.0;
            int decimals = random.nextInt(7);
            assertEquals(exactly(value, decimals), Sizes.fixed(value, decimals), "seed " + seed);
            assertEquals(exactly(tie, decimals), Sizes.fixed(tie, decimals), "seed " + seed);
        }
        assertEquals("0.000", Sizes.fixed(0, 3));
        assertEquals("0.00", Sizes.fixed(Double.MIN_VALUE, 2));
        assertEquals("-1.50", Sizes.fixed(-1.5, 2));
    }

    private static String exactly(double value, int decimals) {
        String digits =
                new BigDecimal(Math.abs(value))
                        .setScale(decimals, RoundingMode.HALF_EVEN)
                        .toPlainString();
        return (value < 0 ? "-" : "") + digits;
    }

    @Test
    void threeDecimals_rates_keepSixBelowOneKibibyte() {
        assertEquals("2.388704 bytes", Sizes.threeDecimals(2.388704));
    }
}
