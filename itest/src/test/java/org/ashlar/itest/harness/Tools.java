package org.ashlar.itest.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs that the machine has: qemu-img, qemu-io, nbdinfo, nbdcopy, fio. Without state. */
public final class Tools {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Tools() {}

    /** Runs a program to its end and fails unless it exits with 0. */
    public static Result run(Object... command) {
        return start(command).await(LIMIT).succeeds();
    }

    /** Runs a program to its end, however it ends. */
    public static Result tryRun(Object... command) {
        return start(command).await(LIMIT);
    }

    /** Starts a program. */
    public static Running start(Object... command) {
        List<String> words = new ArrayList<>();
        for (Object word : command) {
            words.add(word.toString());
        }
        try {
            Path out = Files.createTempFile("itest", ".out");
            Path err = Files.createTempFile("itest", ".err");
            Process process =
                    new ProcessBuilder(words)
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            return new Running(words, process, out, err);
        } catch (IOException e) {
            throw new AssertionError(
                    words.getFirst()
                            + " cannot be run; ./verify installs what tests need: "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * A program that has been started.
     *
     * @param command its words
     * @param process the process
     * @param out what it has printed, in a file
     * @param err what it has complained of, in a file
     */
    public record Running(List<String> command, Process process, Path out, Path err) {

        /** Waits for its end; one that does not end is killed, and the test fails. */
        public Result await(Duration limit) {
            try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("still running after " + limit + ": " + result());
                }
                return result();
            } catch (InterruptedException e) {
                process.destroyForcibly();
                throw new AssertionError("interrupted: " + command, e);
            }
        }

        /** Fails if it has ended already. */
        public void assertRuns() {
            if (!process.isAlive()) {
                throw new AssertionError("has ended: " + result());
            }
        }

        private Result result() {
            try {
                Result result =
                        new Result(
                                command,
                                process.exitValue(),
                                Files.readString(out),
                                Files.readString(err));
                Files.delete(out);
                Files.delete(err);
                return result;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * How a program ended.
     *
     * @param command its words
     * @param exit its exit code
     * @param out what it printed
     * @param err what it complained of
     */
    public record Result(List<String> command, int exit, String out, String err) {

        /** Fails the test unless the program exited with 0. */
        public Result succeeds() {
            assertEquals(0, exit, this::toString);
            return this;
        }

        /** Fails the test if the program exited with 0. */
        public Result fails() {
            assertNotEquals(0, exit, this::toString);
            return this;
        }
    }
}
