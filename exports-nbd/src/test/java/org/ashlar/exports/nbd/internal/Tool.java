package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of somebody else's and returns what it printed. Stateless. */
final class Tool {

    private Tool() {}

    /** What a program left. */
    record Result(int exit, String out) {}

    /** Runs a program that must succeed, and returns what it printed. */
    static String run(String... command) throws IOException {
        Result result = result(command);
        if (result.exit != 0) {
            throw new AssertionError(
                    String.join(" ", command) + " exited with " + result.exit + ": " + result.out);
        }
        return result.out;
    }

    /** Runs a program and waits for it, with a limit. */
    static Result result(String... command) throws IOException {
        Path output = Files.createTempFile("tool", ".out");
        try {
            Process process =
                    new ProcessBuilder(List.of(command))
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        String.join(" ", command) + " hangs: " + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            Files.delete(output);
        }
    }
}
