package org.ashlar.spi.option;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads raw values of the built-in types; errors are {@link IllegalArgumentException} with a line
 * for users. Stateless.
 */
final class OptionTypes {
    private static final String SUFFIXES = "bkmgtpe";
    private static final Pattern DECIMAL = Pattern.compile("(\\d+(?:\\.\\d*)?)([bkmgtpeBKMGTPE]?)");

    /** Without a suffix: {@code b} and {@code e} are digits. */
    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX]([0-9a-fA-F]+)");

    private OptionTypes() {}

    static String readText(String option, Object raw) {
        if (raw instanceof String text) {
            return text;
        }
        throw expected(option, "string");
    }

    static Boolean readBoolean(String option, Object raw) {
        if (raw instanceof Boolean value) { // no switch over types, as OptionTree is copied
            return value;
        }
        if (!(raw instanceof String text)) {
            throw expected(option, "boolean");
        }
        return switch (text) {
            case "on", "true", "yes" -> true;
            case "off", "false", "no" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "Parameter '" + option + "' expects 'on' or 'off'");
        };
    }

    static Long readInteger(String option, Object raw) {
        return switch (raw) {
            case Long value -> value;
            case String text -> parseInteger(option, text);
            default -> throw expected(option, "integer");
        };
    }

    private static Long parseInteger(String option, String text) {
        try {
            return Long.decode(text);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "Parameter '" + option + "' expects a number", notANumber);
        }
    }

    /** The reference reads 64 bits before it looks how many it needs, and says so. */
    static Long readUnsigned(String option, int bits, Object raw) {
        long value =
                switch (raw) {
                    case Long number -> number;
                    case BigInteger large when large.signum() > 0 && large.bitLength() <= 64 ->
                            large.longValue();
                    case String text -> parseInteger(option, text);
                    default ->
                            throw new IllegalArgumentException(
                                    "Parameter '" + option + "' expects uint64");
                };
        if (bits < Long.SIZE && value >>> bits != 0) {
            String last = option.substring(option.lastIndexOf('.') + 1);
            throw new IllegalArgumentException(
                    "Parameter '%s' expects uint%d_t".formatted(last, bits));
        }
        return value;
    }

    static Long readBytes(String option, Object raw) {
        return switch (raw) {
            case Long value when value >= 0 -> value;
            case Long _ ->
                    throw new IllegalArgumentException(
                            "Parameter '" + option + "' expects a non-negative number below 2^64");
            case BigInteger large -> exact(option, large.toString(), large);
            case String text -> parseBytes(option, text);
            default -> throw expected(option, "integer");
        };
    }

    /** Parses a decimal number with an optional fraction and a binary suffix: {@code 1.5G}. */
    private static Long parseBytes(String option, String text) {
        Matcher hex = HEXADECIMAL.matcher(text);
        if (hex.matches()) {
            return exact(option, text, new BigInteger(hex.group(1), 16));
        }
        Matcher decimal = DECIMAL.matcher(text);
        if (!decimal.matches()) {
            throw expectedSize(option);
        }
        String suffix = decimal.group(2).toLowerCase(Locale.ROOT);
        long unit = 1L << (10 * Math.max(SUFFIXES.indexOf(suffix), 0));
        BigDecimal number = new BigDecimal(decimal.group(1));
        if (unit == 1 && number.stripTrailingZeros().scale() > 0) {
            throw expectedSize(option);
        }
        // As the reference: the fraction in floating point, rounded to the nearest byte.
        double fraction = number.remainder(BigDecimal.ONE).doubleValue();
        BigInteger whole = number.toBigInteger().multiply(BigInteger.valueOf(unit));
        return exact(option, text, whole.add(BigInteger.valueOf(Math.round(fraction * unit))));
    }

    private static IllegalArgumentException expectedSize(String option) {
        return new IllegalArgumentException(
                "Parameter '"
                        + option
                        + "' expects a non-negative number below 2^64, optionally with a suffix k,"
                        + " M, G, T, P or E");
    }

    private static Long exact(String option, String text, BigInteger bytes) {
        try {
            return bytes.longValueExact();
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException(
                    "Value '" + text + "' is out of range for parameter '" + option + "'",
                    tooLarge);
        }
    }

    private static IllegalArgumentException expected(String option, String type) {
        return new IllegalArgumentException(
                "Invalid parameter type for '" + option + "', expected: " + type);
    }
}
