package org.ashlar.tck;

import java.util.Random;
import org.junit.jupiter.api.TestReporter;

/** Where the randomness of a test comes from. Stateless. */
public final class Seed {

    /** The system property that repeats a run: {@code -Dashlar.tck.seed=42}. */
    public static final String PROPERTY = "ashlar.tck.seed";

    private Seed() {}

    /** Returns the seed that was asked for, or a new one; prints it into the test's report. */
    public static long choose(TestReporter reporter) {
        long seed = Long.getLong(PROPERTY, new Random().nextLong());
        reporter.publishEntry(PROPERTY, Long.toString(seed));
        return seed;
    }
}
