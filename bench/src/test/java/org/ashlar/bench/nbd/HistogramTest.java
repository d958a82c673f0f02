package org.ashlar.bench.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Quantiles of the histogram against exact ones. */
final class HistogramTest {

    @Test
    void quantiles_areExactToThreePercent() {
        for (long scale : new long[] {1, 37, 1000, 123_457, 1_000_000_007}) {
            Histogram histogram = new Histogram();
            for (long i = 1; i <= 1000; i++) {
                histogram.add(i * scale);
            }
            assertEquals(1000, histogram.count());
            assertEquals(1000 * scale, histogram.max());
            for (int permille : new int[] {1, 10, 500, 900, 999, 1000}) {
                long exact = permille * scale;
                long got = histogram.quantile(permille / 1000.0);
                assertTrue(got >= exact && got <= exact * 1.04 + 1, exact + " got " + got);
            }
        }
    }

    @Test
    void add_ofAnother_countsBoth() {
        Histogram one = new Histogram();
        Histogram other = new Histogram();
        one.add(10);
        other.add(1_000_000);
        one.add(other);
        assertEquals(2, one.count());
        assertEquals(10, one.quantile(0.5));
        assertEquals(1_000_000, one.quantile(1));
    }
}
