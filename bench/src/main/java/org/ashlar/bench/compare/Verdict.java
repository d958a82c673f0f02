package org.ashlar.bench.compare;

import java.util.Locale;

/**
 * One quantity of one workload, beside the best peer. Immutable.
 *
 * @param quantity what was measured
 * @param peer the best peer by it
 * @param ours Ashlar's median
 * @param theirs the peer's median
 * @param ratio Ashlar's figure divided by the peer's in the same round
 */
record Verdict(Quantity quantity, String peer, double ours, double theirs, Spread ratio) {

    static String heading() {
        return "%-9s %9s %9s %-10s  %-22s %-12s %s"
                .formatted("unit", "Ashlar", "peer's", "peer", "ratio (min..max)", "first", "");
    }

    @Override
    public String toString() {
        boolean wanted = !quantity.wanted().isEmpty();
        String mark = quantity.isReached(ours, ratio.median()) ? "ok" : "MISSED";
        return "%-9s %9s %9s %-10s  %-22s %-12s %s"
                .formatted(
                        quantity.unit(),
                        shown(ours),
                        shown(theirs),
                        peer,
                        ratio,
                        quantity.wanted(),
                        wanted ? mark : "");
    }

    /** Three digits that count. */
    private static String shown(double figure) {
        int decimals = figure >= 100 ? 0 : figure >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", figure);
    }
}
