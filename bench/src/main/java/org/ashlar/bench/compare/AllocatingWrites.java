package org.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.List;
import org.ashlar.bench.compare.Programs.Told;
import org.ashlar.bench.nbd.Load.Operation;

/**
 * Writes to an empty qcow2 image so large that nearly each request allocates a cluster; a fresh one
 * in each turn. Immutable.
 */
record AllocatingWrites(String name, int depth, Requests.First first) implements Workload {
    private static final long LENGTH = 64L << 30;
    private static final int BLOCK_SIZE = 4096;

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        Effort effort = bench.effort();
        Requests requests = new Requests(Operation.WRITE, BLOCK_SIZE, depth, first);
        try (Told ours = bench.programs().ashlarTold();
                Told theirs = bench.programs().peerTold()) {
            onFreshImage(bench, ours, () -> requests.warmUp(ours.server(), effort.warmUp()));
            for (int round = 0; round < effort.longRounds(); round++) {
                Workload.inTurn(
                        List.of(ours, theirs),
                        round,
                        told ->
                                onFreshImage(
                                        bench,
                                        told,
                                        () -> requests.measure(told.server(), effort.turn())));
            }
        }
        return requests.verdicts();
    }

    /** Something to do while an image is served. */
    private interface Action {
        void run() throws Exception;
    }

    private static void onFreshImage(Bench bench, Told told, Action action) throws Exception {
        Path image = bench.inputs().empty("fresh-" + told.server().program(), LENGTH);
        try (FreshImage served = FreshImage.add(told, image, false)) {
            served.export();
            action.run();
        }
        FreshImage.delete(image);
    }
}
