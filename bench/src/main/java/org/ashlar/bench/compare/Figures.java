package org.ashlar.bench.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was measured of one quantity, round by round, of Ashlar and each of its peers. Confined to
 * one thread.
 *
 * <ul>
 *   <li>I1: the first program is Ashlar; the i-th figure of each was measured in round i.
 * </ul>
 */
final class Figures {
    private final Quantity quantity;
    private final Map<String, List<Double>> byProgram = new LinkedHashMap<>();

    Figures(Quantity quantity) {
        this.quantity = quantity;
    }

    /** Adds the figure of a program's turn. */
    void add(String program, double figure) {
        byProgram.computeIfAbsent(program, _ -> new ArrayList<>()).add(figure); // I1
    }

    /** Compares with the peer that is best by this quantity. */
    Verdict verdict() {
        List<String> programs = List.copyOf(byProgram.keySet());
        double[] ours = of(programs.getFirst());
        String best = programs.get(1);
        for (String peer : programs.subList(2, programs.size())) {
            if (quantity.isBetter(Spread.of(of(peer)).median(), Spread.of(of(best)).median())) {
                best = peer;
            }
        }
        double[] theirs = of(best);
        return new Verdict(
                quantity,
                best,
                Spread.of(ours).median(),
                Spread.of(theirs).median(),
                Spread.ofRatios(ours, theirs));
    }

    private double[] of(String program) {
        return byProgram.getOrDefault(program, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }
}
