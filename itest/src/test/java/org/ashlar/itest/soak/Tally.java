package org.ashlar.itest.soak;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.ashlar.itest.harness.QmpException;

/**
 * Counts what was done and what was refused, and knows what was done last. Thread-safe; guarded by
 * its own monitor.
 */
final class Tally {
    private static final int HISTORY = 200;

    private final Map<String, Integer> counts = new TreeMap<>();
    private final Deque<String> history = new ArrayDeque<>();

    synchronized void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    /** Notes something that the history is to tell. */
    synchronized void note(String what) {
        if (history.size() == HISTORY) {
            history.removeFirst();
        }
        history.addLast(System.nanoTime() / 1_000_000 + " ms: " + what);
    }

    /**
     * Does something that may be refused, as it meets what another monitor does, and returns
     * whether it was done.
     */
    boolean attempt(String what, Object detail, Runnable action) {
        note(what + " " + detail);
        try {
            action.run();
        } catch (QmpException refused) {
            note(what + " refused: " + refused.getMessage());
            count(what + " refused");
            return false;
        }
        note(what + " done");
        count(what);
        return true;
    }

    /** Returns what was done last. */
    synchronized String history() {
        return String.join("\n", history);
    }

    @Override
    public synchronized String toString() {
        return counts.toString();
    }
}
