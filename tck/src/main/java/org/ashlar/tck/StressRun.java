package org.ashlar.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a module's jcstress tests, which try an order of two threads some hundred thousand times, as
 * the compiler and the processor reorder it. Stateless.
 */
public final class StressRun {

    /** How many seconds each test is tried for. */
    private static final int SECONDS = Integer.getInteger("ashlar.stress.seconds", 3);

    /**
     * One mode, in which the compiler schedules at random; threads that go where the machine likes;
     * short strides, as the threads meet where one begins.
     */
    private static final List<String> HOW =
            List.of(
                    "-jvmArgs",
                    "-XX:+UnlockDiagnosticVMOptions -XX:+StressLCM -XX:+StressGCM",
                    "-sc",
                    "false",
                    "-af",
                    "NONE",
                    "-f",
                    "1",
                    "-time",
                    "1000",
                    "-strideSize",
                    "4",
                    "-strideCount",
                    "512");

    private StressRun() {}

    /**
     * Runs every jcstress test on the class path, in processes of their own, and fails unless all
     * of them have passed.
     *
     * @param scratch where to keep results
     * @param count how many tests there are, so that none is lost
     * @param limit when to give up
     */
    public static void all(Path scratch, int count, Duration limit)
            throws IOException, InterruptedException {
        Path said = scratch.resolve("said");
        Process run = start(scratch, said);
        try {
            if (!run.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + limit + ":\n" + read(said));
            }
        } finally {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
        String results =
                "(Results: %d planned; %d passed, 0 failed, 0 soft errs, 0 hard errs)"
                        .formatted(count, count);
        String text = read(said);
        if (run.exitValue() != 0 || !text.contains(results)) {
            throw new AssertionError(
                    "exit code %d, wanted 0 and %s:%n%s".formatted(run.exitValue(), results, text));
        }
    }

    private static Process start(Path scratch, Path said) throws IOException {
        ProcessBuilder run =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.openjdk.jcstress.Main",
                        "-iters",
                        Integer.toString(SECONDS),
                        "-r",
                        scratch.resolve("report").toString());
        run.command().addAll(HOW);
        return run.directory(scratch.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
    }

    private static String read(Path said) throws IOException {
        return Files.readString(said, UTF_8);
    }
}
