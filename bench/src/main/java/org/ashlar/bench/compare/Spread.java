package org.ashlar.bench.compare;

import java.util.Arrays;
import java.util.Locale;

/**
 * The least, the middle and the largest of some figures: the middle is the result, the others show
 * the noise. Immutable.
 */
record Spread(double min, double median, double max) {

    /** Returns the spread of one or more figures. */
    static Spread of(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int count = sorted.length;
        double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
        return new Spread(sorted[0], median, sorted[count - 1]);
    }

    /** Returns the spread of {@code ours[i] / theirs[i]}. */
    static Spread ofRatios(double[] ours, double[] theirs) {
        double[] ratios = new double[ours.length];
        Arrays.setAll(ratios, i -> ours[i] / theirs[i]);
        return of(ratios);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f..%.2f)", median, min, max);
    }
}
