package org.ashlar.bench.compare;

import java.time.Duration;

/**
 * How much is measured. Immutable.
 *
 * @param rounds how often each program takes its turn
 * @param turn how long a turn of requests lasts
 * @param warmUp how long a server is warmed up before the first round
 * @param imageBytes the length of the images that are read and written
 */
record Effort(int rounds, Duration turn, Duration warmUp, long imageBytes) {
    /** For figures that are shown to others. */
    static final Effort FULL =
            new Effort(15, Duration.ofMillis(500), Duration.ofSeconds(4), 1L << 30);

    /** For a look while working. */
    static final Effort QUICK =
            new Effort(7, Duration.ofMillis(300), Duration.ofSeconds(2), 512L << 20);

    /** Returns how often something is done that takes a large part of a second each time. */
    int longRounds() {
        return (rounds + 1) / 2;
    }
}
