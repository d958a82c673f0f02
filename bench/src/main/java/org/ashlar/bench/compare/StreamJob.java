package org.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.List;
import org.ashlar.bench.compare.Programs.Told;

/** Streams an allocated base into an empty overlay, a fresh one in each turn. Immutable. */
record StreamJob(String name, double first) implements Workload {

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        Figures rate = new Figures(Quantity.rate("GB/s", first));
        Figures cpu = new Figures(Quantity.cost("s CPU/GiB"));
        try (Told ours = bench.programs().ashlarTold();
                Told theirs = bench.programs().peerTold()) {
            turn(bench, ours, new Figures(Quantity.cost("")), new Figures(Quantity.cost("")));
            for (int round = 0; round < bench.effort().longRounds(); round++) {
                Workload.inTurn(List.of(ours, theirs), round, told -> turn(bench, told, rate, cpu));
            }
        }
        return List.of(rate.verdict(), cpu.verdict());
    }

    private static void turn(Bench bench, Told told, Figures rate, Figures cpu) throws Exception {
        long length = bench.effort().imageBytes();
        Path base = bench.inputs().allocated(length);
        String program = told.server().program();
        Path overlay = bench.inputs().overlay("stream-" + program, base, length);
        Inputs.hold(base);
        try (FreshImage image = FreshImage.add(told, overlay, false)) {
            long cpuBefore = told.server().cpuMicros();
            long begin = System.nanoTime();
            image.stream();
            rate.add(program, length / (double) (System.nanoTime() - begin));
            double seconds = (told.server().cpuMicros() - cpuBefore) / 1e6;
            cpu.add(program, seconds * (1 << 30) / length);
        }
        FreshImage.delete(overlay);
    }
}
