package org.ashlar.bench.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.bench.compare.Commands.Command;

/**
 * Converts an image of which 35 % are allocated. Immutable.
 *
 * @param options how; the formats included
 * @param times how many times the usual length is converted; less than 1 where that takes long
 */
record Conversion(String name, List<String> options, double times, double first)
        implements Workload {

    Conversion {
        options = List.copyOf(options);
    }

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        Path from = bench.inputs().partlyAllocated((long) (bench.effort().imageBytes() * times));
        Path to = bench.inputs().folder().resolve("converted");
        Figures wall = new Figures(Quantity.cost("s", first));
        Figures cpu = new Figures(Quantity.cost("s CPU"));
        List<Command> commands =
                List.of(
                        command("ashlar", List.of(bench.programs().ashlar(), "img"), from, to),
                        command("qemu-img", List.of("qemu-img"), from, to));
        for (int round = 0; round < bench.effort().longRounds(); round++) {
            Inputs.hold(from);
            Workload.inTurn(
                    commands,
                    round,
                    command -> {
                        Commands.Cost cost = Commands.measure(command.words(), 1);
                        wall.add(command.program(), cost.seconds());
                        cpu.add(command.program(), cost.cpuSeconds());
                        Files.deleteIfExists(to);
                    });
        }
        return List.of(wall.verdict(), cpu.verdict());
    }

    private Command command(String program, List<String> begin, Path from, Path to) {
        List<String> words = new ArrayList<>(begin);
        words.add("convert");
        words.addAll(options);
        words.add(from.toString());
        words.add(to.toString());
        return new Command(program, words);
    }
}
