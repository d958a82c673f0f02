package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of figures. */
class FiguresTest {

    @Test
    void verdict_ofARate_comparesWithTheFastestPeerRoundByRound() {
        Figures figures = new Figures(Quantity.rate("kIOPS", 1.5));
        double[][] rounds = {{100, 40, 50}, {300, 90, 100}, {200, 95, 80}};
        for (double[] round : rounds) {
            figures.add("ours", round[0]);
            figures.add("slow", round[1] / 2);
            figures.add("fast", round[2]);
        }
        Verdict verdict = figures.verdict();
        assertEquals("fast", verdict.peer());
        assertEquals(200, verdict.ours());
        assertEquals(80, verdict.theirs());
        assertEquals(new Spread(2, 2.5, 3), verdict.ratio());
        assertTrue(verdict.toString().endsWith("ok"), verdict.toString());
    }

    @Test
    void verdict_ofACost_comparesWithTheCheapestPeer() {
        Figures figures = new Figures(Quantity.cost("us", 0.4));
        figures.add("ours", 5);
        figures.add("cheap", 10);
        figures.add("dear", 20);
        Verdict verdict = figures.verdict();
        assertEquals("cheap", verdict.peer());
        assertEquals(0.5, verdict.ratio().median());
        assertTrue(verdict.toString().endsWith("MISSED"), verdict.toString());
    }

    @Test
    void limit_isReachedByTheFigureAlone() {
        Quantity limited = Quantity.limited("MiB", 80);
        assertTrue(limited.isReached(80, 50));
        assertFalse(limited.isReached(81, 0.1));
        assertEquals("<= 80.0 MiB", limited.wanted());
    }

    @Test
    void spread_ofAnEvenNumber_hasItsMiddleBetweenTwo() {
        assertEquals(new Spread(1, 2.5, 9), Spread.of(9, 1, 3, 2));
    }

    @Test
    void workloads_haveNamesOfTheirOwn() {
        List<Workload> all = Workloads.all();
        Set<String> names = new HashSet<>();
        all.forEach(each -> names.add(each.name()));
        assertEquals(all.size(), names.size());
    }
}
