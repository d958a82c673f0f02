package org.ashlar.drivers.qcow2.internal.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is held, and how runs of clusters are sorted by it. */
class InUseTest {
    private final InUse inUse = new InUse();

    private record Sorted(List<String> held, List<String> unheld) {}

    private Sorted sort(long... firstsAndCounts) {
        ClusterRanges all = new ClusterRanges();
        for (int i = 0; i < firstsAndCounts.length; i += 2) {
            all.add(firstsAndCounts[i], firstsAndCounts[i + 1], i % 4 == 0);
        }
        ClusterRanges held = new ClusterRanges();
        ClusterRanges unheld = new ClusterRanges();
        inUse.beginAhead().sort(all, held, unheld);
        assertEquals(all.clusters(), held.clusters() + unheld.clusters());
        return new Sorted(list(held), list(unheld));
    }

    private static List<String> list(ClusterRanges ranges) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < ranges.size(); i++) {
            String run = ranges.first(i) + "+" + ranges.count(i);
            all.add(ranges.mayDiscard(i) ? run + "d" : run);
        }
        return all;
    }

    @Test
    void runs_whenNothingIsHeld_thenAllAreUnheld() {
        assertEquals(new Sorted(List.of(), List.of("5+3d", "20+1")), sort(5, 3, 20, 1));
    }

    @Test
    void runs_whenPartsAreHeld_thenAreCutThere() {
        inUse.hold(12, 3);
        inUse.hold(13, 4);
        inUse.hold(30, 1);
        inUse.hold(9, 1);
        Sorted sorted = sort(8, 12, 30, 2);
        assertEquals(List.of("9+1d", "12+5d", "30+1"), sorted.held());
        assertEquals(List.of("8+1d", "10+2d", "17+3d", "31+1"), sorted.unheld());
    }

    @Test
    void hold_whenItEnds_thenHoldsNoMore() {
        int first = inUse.hold(7, 1);
        int second = inUse.hold(7, 1);
        inUse.end(first);
        assertEquals(List.of("7+1d"), sort(7, 1).held());
        inUse.end(second);
        inUse.end(InUse.NONE);
        assertEquals(List.of(), sort(7, 1).held());
    }

    @Test
    void holds_moreThanThereArePlaces_areAllKept() {
        List<Integer> holds = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            holds.add(inUse.hold(2L * i + 1, 1));
        }
        assertEquals(1000, holds.stream().distinct().count());
        Sorted sorted = sort(0, 2001);
        assertEquals(1000, sorted.held().size());
        assertEquals(1001, sorted.unheld().size());
        holds.forEach(inUse::end);
        assertEquals(List.of("0+2001d"), sort(0, 2001).unheld());
    }

    @Test
    void hold_ofTheLastClusterAndTheMost_isKept() {
        long last = (1L << 47) - 1;
        inUse.hold(last, 1);
        inUse.hold(100, InUse.MOST_CLUSTERS);
        Sorted sorted = sort(last - 1, 2, 99, InUse.MOST_CLUSTERS + 2L);
        assertEquals(List.of(last + "+1d", "100+" + InUse.MOST_CLUSTERS), sorted.held());
        long behind = 100L + InUse.MOST_CLUSTERS;
        assertEquals(List.of((last - 1) + "+1d", "99+1", behind + "+1"), sorted.unheld());
    }

    @Test
    void readThatHoldsNothing_isToldOfWhatWasFreedMeanwhile() {
        long before = inUse.timesAhead();
        assertFalse(inUse.wasAheadSince(before));
        inUse.beginAhead();
        assertTrue(inUse.wasAheadSince(before));
        assertFalse(inUse.wasAheadSince(inUse.timesAhead()));
    }
}
