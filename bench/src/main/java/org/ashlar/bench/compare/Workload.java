package org.ashlar.bench.compare;

import java.io.IOException;
import java.util.List;

/**
 * Something that Ashlar and its peers do in turn, round by round. Implementations are immutable.
 */
interface Workload {

    /** Returns the name it is chosen by. */
    String name();

    /** Does it and returns what was found, the most important first. */
    List<Verdict> run(Bench bench) throws Exception;

    /** A turn of one of the programs. */
    @FunctionalInterface
    interface Turn<P> {
        /** Lets {@code program} have its turn. */
        void take(P program) throws Exception;
    }

    /**
     * Lets each program have its turn, {@code round} by round in the opposite order, so that what
     * grows or fades on the machine favours nobody.
     */
    static <P> void inTurn(List<P> programs, int round, Turn<P> turn) throws Exception {
        for (P program : round % 2 == 0 ? programs : programs.reversed()) {
            turn.take(program);
        }
    }

    /** Closes all of them, whatever becomes of one. */
    static void close(List<? extends AutoCloseable> all) throws IOException {
        IOException failure = null;
        for (AutoCloseable each : all) {
            try {
                each.close();
            } catch (Exception failed) {
                failure = new IOException("closing a program", failed);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
