package org.ashlar.tools.io;

import org.ashlar.tools.text.Sizes;

/** Words what a request did and how fast. Stateless. */
final class Report {

    private Report() {}

    /**
     * Returns the report of one request.
     *
     * @param done what was done, such as {@code wrote}
     * @param nanos how long it took
     * @param machine whether a program reads it
     */
    static String of(String done, long offset, long length, long nanos, boolean machine) {
        double seconds = Math.max(nanos, 1) / 1e9;
        if (machine) {
            return length
                    + ",1,"
                    + time(nanos, true)
                    + ","
                    + Sizes.fixed(length / seconds, 3)
                    + ","
                    + Sizes.fixed(1 / seconds, 3)
                    + "\n";
        }
        return done
                + " "
                + length
                + "/"
                + length
                + " bytes at offset "
                + offset
                + "\n"
                + Sizes.threeDecimals(length)
                + ", 1 ops; "
                + time(nanos, false)
                + " ("
                + Sizes.threeDecimals(length / seconds)
                + "/sec and "
                + Sizes.fixed(1 / seconds, 4)
                + " ops/sec)\n";
    }

    private static String time(long nanos, boolean full) {
        long hundredths = nanos / 10_000_000;
        long seconds = hundredths / 100;
        String rest = two(seconds % 60) + "." + two(hundredths % 100);
        if (!full && seconds < 60) {
            return rest + " sec";
        }
        return seconds / 3600 + ":" + two(seconds / 60 % 60) + ":" + rest;
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }
}
