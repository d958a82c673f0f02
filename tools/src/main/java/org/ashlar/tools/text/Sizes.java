package org.ashlar.tools.text;

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
        int radix = hex ? 16 : 10;
        int end = digitsEnd(text, start, radix);
        if (end == start) {
            throw new NumberFormatException(given);
        }
        long whole = whole(text.substring(start, end), radix);
        double fraction = 0;
        if (!hex && end < text.length() && text.charAt(end) == '.') {
            int from = end;
            end = digitsEnd(text, from + 1, radix);
            fraction = Double.parseDouble("0" + text.substring(from, end));
        }
        long unit = unit(text.substring(end), given);
        if (fraction > 0 && unit == 1) {
            throw new NumberFormatException(given);
        }
        return Math.addExact(Math.multiplyExact(whole, unit), (long) (fraction * unit));
    }

    private static long whole(String digits, int radix) {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            value = Math.multiplyExact(value, radix);
            value = Math.addExact(value, Character.digit(digits.charAt(i), radix));
        }
        return value;
    }

    private static int digitsEnd(String text, int start, int radix) {
        int end = start;
        while (end < text.length() && Character.digit(text.charAt(end), radix) >= 0) {
            end++;
        }
        return end;
    }

    private static long unit(String suffix, String given) {
        int power =
                suffix.length() > 1
                        ? -1
                        : suffix.isEmpty()
                                ? 0
                                : SUFFIXES.indexOf(Character.toLowerCase(suffix.charAt(0)));
        if (power < 0) {
            throw new NumberFormatException(given);
        }
        return 1L << (10 * power);
    }

    /** Prints with three significant digits: {@code 1.5 MiB}, {@code 452 KiB}, {@code 0 B}. */
    public static String human(long bytes) {
        int power = power(bytes, 1000);
        BinaryFraction scaled = new BinaryFraction(bytes, 10 * power);
        long whole = scaled.whole();
        int decimals = power == 0 || whole >= 100 ? 0 : whole >= 10 ? 1 : whole >= 1 ? 2 : 3;
        String digits = scaled.fixed(decimals);
        // A fourth digit, come by rounding up, is one too many for the reference's %.3g.
        digits = digits.equals("1000") ? "1e+03" : withoutTrailingZeros(digits);
        return digits + " " + UNITS[power] + "B";
    }

    private static int power(long bytes, long threshold) {
        int power = 0;
        while (power < UNITS.length - 1 && bytes >>> (10 * power) >= threshold) {
            power++;
        }
        return power;
    }

    private static String withoutTrailingZeros(String digits) {
        int end = digits.length();
        while (digits.indexOf('.') >= 0 && digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, digits.charAt(end - 1) == '.' ? end - 1 : end);
    }

    /** Prints with three decimals: {@code 1.500 GiB}, {@code 64 KiB}, {@code 100 bytes}. */
    public static String threeDecimals(long bytes) {
        int power = power(bytes, 1024);
        return inUnits(new BinaryFraction(bytes, 10 * power).fixed(3), power);
    }

    /** Prints a rate likewise. */
    public static String threeDecimals(double bytes) {
        int power = 0;
        double scaled = bytes;
        while (scaled >= 1024 && power < UNITS.length - 1) {
            scaled /= 1024;
            power++;
        }
        return inUnits(fixed(scaled, power == 0 ? 6 : 3), power);
    }

    private static String inUnits(String digits, int power) {
        int zeros = digits.indexOf(".000");
        String shown = zeros < 0 ? digits : digits.substring(0, zeros);
        return power == 0 ? shown + " bytes" : shown + " " + UNITS[power] + "B";
    }

    /** Prints with so many decimals; what is not a number as C does. */
    public static String fixed(double value, int decimals) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return BinaryFraction.fixed(value, decimals);
    }
}
