package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs commands to their end. Stateless. */
final class Commands {

    private Commands() {}

    /** A command with the name of the program it belongs to. */
    record Command(String program, List<String> words) {
        Command {
            words = List.copyOf(words);
        }
    }

    /** What a command took. */
    record Cost(double seconds, double cpuSeconds) {}

    /**
     * Runs a command.
     *
     * @throws IOException with what it printed if it fails
     */
    static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = await(process);
        if (status != 0) {
            throw new IOException(
                    "%s: exit status %d: %s"
                            .formatted(String.join(" ", command), status, output.strip()));
        }
        return output;
    }

    static String run(String... command) throws IOException {
        return run(List.of(command));
    }

    static String firstLine(String... command) throws IOException {
        return run(command).lines().findFirst().orElse("");
    }

    /** Runs a command {@code times} times and returns what one of them took. */
    static Cost measure(List<String> command, int times) throws IOException {
        long cpuBefore = ProcessFacts.childrenCpuMicros();
        long begin = System.nanoTime();
        for (int i = 0; i < times; i++) {
            run(command);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpu = (ProcessFacts.childrenCpuMicros() - cpuBefore) / 1e6;
        return new Cost(seconds / times, cpu / times);
    }

    private static int await(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException stray) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stray);
        }
    }
}
