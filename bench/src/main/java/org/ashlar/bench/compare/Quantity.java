package org.ashlar.bench.compare;

import java.util.OptionalDouble;

/**
 * Something that is measured, and the ratio to the best peer that is wanted of it first. Immutable.
 *
 * @param unit of the figures
 * @param more whether more is better
 * @param first the ratio wanted; none where the target is a figure of its own or there is none
 * @param limit the figure wanted, in the unit
 */
record Quantity(String unit, boolean more, OptionalDouble first, OptionalDouble limit) {

    /** Something of which more is better. */
    static Quantity rate(String unit, double first) {
        return new Quantity(unit, true, OptionalDouble.of(first), OptionalDouble.empty());
    }

    /** Something of which less is better. */
    static Quantity cost(String unit, double first) {
        return new Quantity(unit, false, OptionalDouble.of(first), OptionalDouble.empty());
    }

    /** Something of which less is better, and no ratio is wanted. */
    static Quantity cost(String unit) {
        return new Quantity(unit, false, OptionalDouble.empty(), OptionalDouble.empty());
    }

    /** Something of which less is better, up to a figure that does not depend on the peer. */
    static Quantity limited(String unit, double limit) {
        return new Quantity(unit, false, OptionalDouble.empty(), OptionalDouble.of(limit));
    }

    boolean isBetter(double figure, double other) {
        return more ? figure > other : figure < other;
    }

    /** Returns what is wanted, in words. */
    String wanted() {
        if (first.isPresent()) {
            return (more ? ">= " : "<= ") + first.getAsDouble();
        }
        return limit.isPresent() ? "<= " + limit.getAsDouble() + " " + unit : "";
    }

    /** Returns whether a median figure and a median ratio are what is wanted. */
    boolean isReached(double figure, double ratio) {
        if (first.isPresent()) {
            double wanted = first.getAsDouble();
            return more ? ratio >= wanted : ratio <= wanted;
        }
        return limit.isEmpty() || figure <= limit.getAsDouble();
    }
}
