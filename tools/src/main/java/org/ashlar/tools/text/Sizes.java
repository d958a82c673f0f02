package org.ashlar.tools.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Reads and prints numbers of bytes as the reference's tools do. Stateless. */
public final class Sizes {
    private static final String SUFFIXES = "bkmgtpe";
    private static final String[] UNITS = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

    private Sizes() {}

    /**
     * Reads a number, in decimal or after {@code 0x}, with an optional suffix {@code b}, {@code k},
     * {@code M}, {@code G}, {@code T}, {@code P} or {@code E}; a fraction needs a suffix.
     *
     * @throws NumberFormatException if it is anything else
     * @throws ArithmeticException if it is larger than {@link Long#MAX_VALUE}
     */
    public static long parse(String given) {
        String text = given.stripLeading();
        text = text.startsWith("+") ? text.substring(1) : text;
        boolean hex = text.startsWith("0x") || text.startsWith("0X");
        int start = hex ? 2 : 0;
        int end = digitsEnd(text, start, hex ? 16 : 10);
        if (end == start) {
            throw new NumberFormatException(given);
        }
        BigDecimal value =
                hex
                        ? new BigDecimal(new java.math.BigInteger(text.substring(2, end), 16))
                        : new BigDecimal(text.substring(0, end));
        if (!hex && end < text.length() && text.charAt(end) == '.') {
            int from = end + 1;
            end = digitsEnd(text, from, 10);
            value = end == from ? value : new BigDecimal(text.substring(0, end));
        }
        return scale(value, text.substring(end), given);
    }

    private static int digitsEnd(String text, int start, int radix) {
        int end = start;
        while (end < text.length() && Character.digit(text.charAt(end), radix) >= 0) {
            end++;
        }
        return end;
    }

    private static long scale(BigDecimal value, String suffix, String given) {
        int power = 0;
        if (!suffix.isEmpty()) {
            power =
                    suffix.length() > 1
                            ? -1
                            : SUFFIXES.indexOf(Character.toLowerCase(suffix.charAt(0)));
        }
        boolean fraction = value.stripTrailingZeros().scale() > 0;
        if (power < 0 || (fraction && power == 0)) {
            throw new NumberFormatException(given);
        }
        return value.multiply(BigDecimal.valueOf(1L << (10 * power)))
                .setScale(0, RoundingMode.DOWN)
                .longValueExact();
    }

    /** Prints with three significant digits: {@code 1.5 MiB}, {@code 452 KiB}, {@code 0 B}. */
    public static String human(long bytes) {
        double threshold = 1000;
        int power = 0;
        double scaled = bytes;
        while (scaled >= threshold && power < UNITS.length - 1) {
            scaled /= 1024;
            power++;
        }
        String digits =
                new BigDecimal(scaled)
                        .round(new MathContext(3, RoundingMode.HALF_EVEN))
                        .stripTrailingZeros()
                        .toPlainString();
        return digits + " " + UNITS[power] + "B";
    }

    /** Prints with three decimals: {@code 1.500 GiB}, {@code 64 KiB}, {@code 100 bytes}. */
    public static String threeDecimals(long bytes) {
        return threeDecimals((double) bytes);
    }

    /** Prints a rate likewise. */
    public static String threeDecimals(double bytes) {
        int power = 0;
        double scaled = bytes;
        while (scaled >= 1024 && power < UNITS.length - 1) {
            scaled /= 1024;
            power++;
        }
        String digits = fixed(scaled, power == 0 ? 6 : 3);
        int zeros = digits.indexOf(".000");
        digits = zeros < 0 ? digits : digits.substring(0, zeros);
        return power == 0 ? digits + " bytes" : digits + " " + UNITS[power] + "B";
    }

    /** Prints with so many decimals; what is not a number as C does. */
    public static String fixed(double value, int decimals) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
    }
}
