package org.ashlar.spi.option;

/**
 * Reads raw values of the built-in types; errors are {@link IllegalArgumentException} with a line
 * for users. Stateless.
 */
final class OptionTypes {
    private static final String SUFFIXES = "bkmgtpe";

    private OptionTypes() {}

    static String readText(String option, Object raw) {
        if (raw instanceof String text) {
            return text;
        }
        throw expected(option, "string");
    }

    static Boolean readBoolean(String option, Object raw) {
        return switch (raw) {
            case Boolean value -> value;
            case String text when text.equals("on") || text.equals("true") || text.equals("yes") ->
                    true;
            case String text when text.equals("off") || text.equals("false") || text.equals("no") ->
                    false;
            case String text ->
                    throw new IllegalArgumentException(
                            "Parameter '" + option + "' expects 'on' or 'off'");
            default -> throw expected(option, "boolean");
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

    static Long readBytes(String option, Object raw) {
        return switch (raw) {
            case Long value when value >= 0 -> value;
            case Long negative ->
                    throw new IllegalArgumentException(
                            "Parameter '" + option + "' expects a size of 0 or more");
            case String text -> parseBytes(option, text);
            default -> throw expected(option, "integer");
        };
    }

    /** Parses a decimal number with an optional fraction and a binary suffix: {@code 1.5G}. */
    private static Long parseBytes(String option, String text) {
        int last = text.length() - 1;
        int power = last < 0 ? -1 : SUFFIXES.indexOf(Character.toLowerCase(text.charAt(last)));
        String digits = power < 0 ? text : text.substring(0, last);
        long unit = 1L << (10 * Math.max(power, 0));
        try {
            if (digits.startsWith("0x") || digits.startsWith("0X")) {
                return Math.multiplyExact(Long.decode(digits), unit);
            }
            java.math.BigDecimal value = new java.math.BigDecimal(digits);
            if (value.signum() >= 0) {
                return value.multiply(java.math.BigDecimal.valueOf(unit))
                        .setScale(0, java.math.RoundingMode.DOWN)
                        .longValueExact();
            }
        } catch (NumberFormatException notANumber) {
            throw expectedSize(option, notANumber);
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException(
                    "Value '" + text + "' is out of range for parameter '" + option + "'",
                    tooLarge);
        }
        throw expectedSize(option, null);
    }

    private static IllegalArgumentException expectedSize(
            String option, @org.jspecify.annotations.Nullable Exception cause) {
        return new IllegalArgumentException(
                "Parameter '"
                        + option
                        + "' expects a non-negative number below 2^64, optionally with a suffix k,"
                        + " M, G, T, P or E",
                cause);
    }

    private static IllegalArgumentException expected(String option, String type) {
        return new IllegalArgumentException(
                "Invalid parameter type for '" + option + "', expected: " + type);
    }
}
