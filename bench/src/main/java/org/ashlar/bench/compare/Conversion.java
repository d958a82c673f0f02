package org.ashlar.bench.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Converts an image of which 35 % are allocated. Immutable.
 *
 * @param options how; the formats included
 * @param divisor what part of the usual length is converted: compression takes long
 */
record Conversion(String name, List<String> options, int divisor, double first)
        implements Workload {

    Conversion {
        options = List.copyOf(options);
    }

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        Path from = bench.inputs().partlyAllocated(bench.effort().imageBytes() / divisor);
        Path to = bench.inputs().folder().resolve("converted");
        Figures wall = new Figures(Quantity.cost("s", first));
        Figures cpu = new Figures(Quantity.cost("s CPU"));
        List<String> ours = command(List.of(bench.programs().ashlar(), "img"), from, to);
        List<String> theirs = command(List.of("qemu-img"), from, to);
        for (int round = 0; round < bench.effort().longRounds(); round++) {
            Inputs.hold(from);
            Workload.inTurn(
                    List.of(ours, theirs),
                    round,
                    command -> {
                        Commands.Cost cost = Commands.measure(command, 1);
                        String program = command == ours ? "ashlar" : "qemu-img";
                        wall.add(program, cost.seconds());
                        cpu.add(program, cost.cpuSeconds());
                        Files.deleteIfExists(to);
                    });
        }
        return List.of(wall.verdict(), cpu.verdict());
    }

    private List<String> command(List<String> program, Path from, Path to) {
        List<String> command = new ArrayList<>(program);
        command.add("convert");
        command.addAll(options);
        command.add(from.toString());
        command.add(to.toString());
        return command;
    }
}
