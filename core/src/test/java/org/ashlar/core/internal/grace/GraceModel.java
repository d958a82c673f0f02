package org.ashlar.core.internal.grace;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A model of pins and grace in which every step of every thread is atomic and all orders are tried:
 * three readers, two banks, two stripes, three grace periods. A reader begins on one stripe and
 * ends on the other.
 *
 * <p>The updater publishes version 1, 2, 3 (with the last it closes the gate) and after each lets a
 * grace period pass. It is use after free if then a reader still holds an older version, or is
 * inside though the gate is closed.
 */
final class GraceModel {
    private static final int READERS = 3;
    private static final int GRACES = 3;

    /** What is modelled: the real thing, and the ways to get it wrong. */
    enum Variant {
        OURS,
        /** Flips without waiting for the other bank first. */
        SINGLE_FLIP,
        /** Sums what has begun before what has ended. */
        BEGUN_FIRST,
        /** Counts up and down in one counter for each stripe. */
        ONE_COUNTER,
        /** Looks at the gate before counting the pin. */
        GATE_BEFORE_PIN
    }

    // Where a reader stands.
    private static final byte LOAD = 0;
    private static final byte ADD = 1;
    private static final byte GATE = 2;
    private static final byte SNAPSHOT = 3;
    private static final byte INSIDE = 4;
    private static final byte DONE = 5;

    // Where the updater stands within a grace period.
    private static final byte PUBLISH = 0;
    private static final byte SCAN_OTHER = 1;
    private static final byte FLIP = 2;
    private static final byte SCAN_OLD = 3;
    private static final byte AFTER = 4;

    /** One state of all threads and of memory. */
    private static final class State {
        final byte[] at = new byte[READERS];
        final byte[] bank = new byte[READERS];
        final byte[] holds = new byte[READERS];
        final byte[] begun = new byte[4];
        final byte[] ended = new byte[4];
        byte index;
        byte version;
        byte closed;
        byte grace;
        byte phase;
        byte scan;
        byte first;
        byte second;

        State copy() {
            State copy = new State();
            System.arraycopy(at, 0, copy.at, 0, READERS);
            System.arraycopy(bank, 0, copy.bank, 0, READERS);
            System.arraycopy(holds, 0, copy.holds, 0, READERS);
            System.arraycopy(begun, 0, copy.begun, 0, 4);
            System.arraycopy(ended, 0, copy.ended, 0, 4);
            copy.index = index;
            copy.version = version;
            copy.closed = closed;
            copy.grace = grace;
            copy.phase = phase;
            copy.scan = scan;
            copy.first = first;
            copy.second = second;
            return copy;
        }

        String key() {
            return Arrays.toString(at)
                    + Arrays.toString(bank)
                    + Arrays.toString(holds)
                    + Arrays.toString(begun)
                    + Arrays.toString(ended)
                    + index
                    + version
                    + closed
                    + grace
                    + phase
                    + scan
                    + ","
                    + first
                    + ","
                    + second;
        }
    }

    private final Variant variant;
    private final Set<String> seen = new HashSet<>();
    private final ArrayDeque<State> open = new ArrayDeque<>();

    GraceModel(Variant variant) {
        this.variant = variant;
    }

    int statesSeen() {
        return seen.size();
    }

    /** Returns whether some order of steps ends in use after free. */
    boolean findsUseAfterFree() {
        visit(new State());
        while (!open.isEmpty()) {
            State state = open.pop();
            for (int reader = 0; reader < READERS; reader++) {
                if (state.at[reader] != DONE) {
                    State next = state.copy();
                    stepReader(next, reader);
                    visit(next);
                }
            }
            if (state.grace < GRACES) {
                State next = state.copy();
                stepUpdater(next);
                if (next.phase == AFTER) {
                    if (isUsedAfterFree(next)) {
                        return true;
                    }
                    next.phase = PUBLISH;
                    next.grace++;
                }
                visit(next);
            }
        }
        return false;
    }

    private void visit(State state) {
        if (seen.add(state.key())) {
            open.push(state);
        }
    }

    private static boolean isUsedAfterFree(State state) {
        for (int reader = 0; reader < READERS; reader++) {
            boolean inside = state.at[reader] == INSIDE;
            if (inside && (state.holds[reader] < state.version || state.closed == 1)) {
                return true;
            }
            if (state.at[reader] == SNAPSHOT && state.closed == 1) {
                return true;
            }
        }
        return false;
    }

    private void stepReader(State state, int reader) {
        int stripe = reader % 2;
        switch (state.at[reader]) {
            case LOAD -> {
                state.bank[reader] = state.index;
                state.at[reader] = variant == Variant.GATE_BEFORE_PIN ? GATE : ADD;
            }
            case ADD -> {
                state.begun[2 * state.bank[reader] + stripe]++;
                state.at[reader] = variant == Variant.GATE_BEFORE_PIN ? SNAPSHOT : GATE;
            }
            case GATE -> {
                if (state.closed == 0) {
                    state.at[reader] = variant == Variant.GATE_BEFORE_PIN ? ADD : SNAPSHOT;
                } else {
                    if (variant != Variant.GATE_BEFORE_PIN) {
                        end(state, reader);
                    }
                    state.at[reader] = DONE;
                }
            }
            case SNAPSHOT -> {
                state.holds[reader] = state.version;
                state.at[reader] = INSIDE;
            }
            default -> {
                end(state, reader);
                state.at[reader] = DONE;
            }
        }
    }

    private void end(State state, int reader) {
        int at = 2 * state.bank[reader] + (reader + 1) % 2;
        if (variant == Variant.ONE_COUNTER) {
            state.begun[at]--;
        } else {
            state.ended[at]++;
        }
    }

    private void stepUpdater(State state) {
        switch (state.phase) {
            case PUBLISH -> {
                state.version = (byte) (state.grace + 1);
                state.closed = (byte) (state.grace == GRACES - 1 ? 1 : 0);
                state.phase = variant == Variant.SINGLE_FLIP ? FLIP : SCAN_OTHER;
            }
            case SCAN_OTHER -> scan(state, 1 - state.index, FLIP);
            case FLIP -> {
                state.index = (byte) (1 - state.index);
                state.phase = SCAN_OLD;
            }
            default -> scan(state, 1 - state.index, AFTER);
        }
    }

    /**
     * Reads one counter; after the last one decides whether the bank was empty or is to be read
     * again.
     */
    private void scan(State state, int bank, byte whenEmpty) {
        byte[] firstRead = variant == Variant.BEGUN_FIRST ? state.begun : state.ended;
        byte[] secondRead = variant == Variant.BEGUN_FIRST ? state.ended : state.begun;
        if (state.scan < 2) {
            state.first += firstRead[2 * bank + state.scan];
        } else {
            state.second += secondRead[2 * bank + state.scan - 2];
        }
        state.scan++;
        if (state.scan == 4) {
            boolean empty =
                    variant == Variant.ONE_COUNTER
                            ? state.second == 0
                            : state.first == state.second;
            state.phase = empty ? whenEmpty : state.phase;
            state.scan = 0;
            state.first = 0;
            state.second = 0;
        }
    }
}
