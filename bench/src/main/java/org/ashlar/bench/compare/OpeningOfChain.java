package org.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.List;
import org.ashlar.bench.compare.Programs.Told;

/** Opens a long chain in a running daemon, and closes it again. Immutable. */
record OpeningOfChain(String name, int layers, double first) implements Workload {

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        Path top = bench.inputs().chain(layers, bench.effort().imageBytes());
        Figures wall = new Figures(Quantity.cost("ms", first));
        try (Told ours = bench.programs().ashlarTold();
                Told theirs = bench.programs().peerTold()) {
            turn(ours, top, new Figures(Quantity.cost("")));
            for (int round = 0; round < bench.effort().rounds(); round++) {
                Workload.inTurn(List.of(ours, theirs), round, told -> turn(told, top, wall));
            }
        }
        return List.of(wall.verdict());
    }

    private static void turn(Told told, Path top, Figures wall) throws Exception {
        long begin = System.nanoTime();
        FreshImage image = FreshImage.add(told, top, true);
        wall.add(told.server().program(), (System.nanoTime() - begin) / 1e6);
        image.close();
    }
}
