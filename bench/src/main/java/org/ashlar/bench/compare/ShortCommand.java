package org.ashlar.bench.compare;

import java.util.List;

/** Runs {@code img info}, start to exit. Immutable. */
record ShortCommand(String name, double limitMillis) implements Workload {
    private static final int TIMES = 5;

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        String image = bench.inputs().allocated(bench.effort().imageBytes()).toString();
        Figures wall = new Figures(Quantity.limited("ms", limitMillis));
        Figures cpu = new Figures(Quantity.cost("ms CPU"));
        List<List<String>> commands =
                List.of(
                        List.of(bench.programs().ashlar(), "img", "info", image),
                        List.of("qemu-img", "info", image));
        for (int round = 0; round < bench.effort().rounds(); round++) {
            Workload.inTurn(
                    commands,
                    round,
                    command -> {
                        Commands.Cost cost = Commands.measure(command, TIMES);
                        String program = command == commands.getFirst() ? "ashlar" : "qemu-img";
                        wall.add(program, cost.seconds() * 1e3);
                        cpu.add(program, cost.cpuSeconds() * 1e3);
                    });
        }
        return List.of(wall.verdict(), cpu.verdict());
    }
}
