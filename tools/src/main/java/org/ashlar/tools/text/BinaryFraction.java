package org.ashlar.tools.text;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A number of units of a power of two, which prints as C's {@code printf} does: rounded exactly,
 * halves to even. Immutable.
 *
 * <p>It computes by itself, as the tables that {@link BigDecimal} fills when it is first used cost
 * a short command a tenth of its time.
 *
 * @param units how many units; not negative
 * @param shift the unit is two to the power of minus this; 0 to 60
 */
record BinaryFraction(long units, int shift) {
    private static final int MANTISSA_BITS = 52;
    private static final int MAX_SHIFT = 60;

    /** Prints a number with so many decimals. */
    static String fixed(double value, int decimals) {
        if (Math.abs(value) >= 1L << (MANTISSA_BITS + 1)) {
            return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
        }
        String sign = value < 0 ? "-" : "";
        return sign + of(Math.abs(value)).fixed(decimals);
    }

    /** Takes a number apart; what is below the smallest unit rounds as it would have. */
    private static BinaryFraction of(double value) {
        int shift = MANTISSA_BITS - Math.max(Math.getExponent(value), Double.MIN_EXPONENT);
        long units = (long) Math.scalb(value, shift);
        int excess = shift - MAX_SHIFT;
        if (excess <= 0) {
            return new BinaryFraction(units, shift);
        }
        long kept = excess < Long.SIZE ? units >>> excess : 0;
        boolean exact = excess < Long.SIZE ? kept << excess == units : units == 0;
        return new BinaryFraction(exact ? kept : kept | 1, MAX_SHIFT);
    }

    /** Returns the whole part. */
    long whole() {
        return units >>> shift;
    }

    /** Prints with so many decimals, at most 18. */
    String fixed(int decimals) {
        long mask = (1L << shift) - 1;
        long rest = units & mask;
        long digits = 0;
        long one = 1;
        for (int i = 0; i < decimals; i++) {
            rest *= 10; // as unsigned: below 10 * 2^60
            digits = digits * 10 + (rest >>> shift);
            rest &= mask;
            one *= 10;
        }
        long whole = whole();
        long last = decimals == 0 ? whole : digits;
        int half = Long.compare(rest << 1, mask + 1);
        if (half > 0 || (half == 0 && (last & 1) == 1)) {
            digits++;
        }
        if (decimals == 0) {
            return Long.toString(whole + digits);
        }
        if (digits == one) {
            return (whole + 1) + "." + "0".repeat(decimals);
        }
        String text = Long.toString(digits);
        return whole + "." + "0".repeat(decimals - text.length()) + text;
    }
}
