package org.ashlar.bench.compare;

import java.util.List;
import org.ashlar.bench.compare.Commands.Command;

/** Runs {@code img info}, start to exit. Immutable. */
record ShortCommand(String name, double limitMillis) implements Workload {
    private static final int TIMES = 5;

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        String image = bench.inputs().allocated(bench.effort().imageBytes()).toString();
        Figures wall = new Figures(Quantity.limited("ms", limitMillis));
        Figures cpu = new Figures(Quantity.cost("ms CPU"));
        List<Command> commands =
                List.of(
                        new Command(
                                "ashlar", List.of(bench.programs().ashlar(), "img", "info", image)),
                        new Command("qemu-img", List.of("qemu-img", "info", image)));
        for (int round = 0; round < bench.effort().rounds(); round++) {
            Workload.inTurn(
                    commands,
                    round,
                    command -> {
                        Commands.Cost cost = Commands.measure(command.words(), TIMES);
                        wall.add(command.program(), cost.seconds() * 1e3);
                        cpu.add(command.program(), cost.cpuSeconds() * 1e3);
                    });
        }
        return List.of(wall.verdict(), cpu.verdict());
    }
}
