package org.ashlar.drivers.raw.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the reference's tools; one that is missing or does not end is a failure. */
public final class Tool {
    private static final long LIMIT_SECONDS = 60;

    private Tool() {}

    /** What a program left: its exit code, standard output and standard error. */
    public record Result(int exit, String out, String err) {

        /** Returns the standard output of a program that succeeded. */
        public String orFail() {
            assertTrue(exit == 0, () -> "exit " + exit + ": " + out + err);
            return out;
        }
    }

    /** Runs a program in a folder and waits for its end. */
    public static Result run(Path folder, String... command) throws IOException {
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        await(process, List.of(command));
        Result result =
                new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        Files.delete(out);
        Files.delete(err);
        return result;
    }

    private static void await(Process process, List<String> command) {
        try {
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            assertTrue(ended, () -> "does not end: " + command);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** Returns a {@code qemu-io} that has opened its image, and keeps it open until closed. */
    public static Session io(Path folder, String... arguments) throws IOException {
        return new Session(folder, arguments);
    }

    /** A {@code qemu-io} that waits for commands. Confined to the test's thread. */
    public static final class Session implements AutoCloseable {
        private final Process process;
        private final Writer in;
        private final BufferedReader out;

        private Session(Path folder, String... arguments) throws IOException {
            String[] command = new String[arguments.length + 1];
            command[0] = "qemu-io";
            System.arraycopy(arguments, 0, command, 1, arguments.length);
            process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .start();
            in = process.outputWriter(StandardCharsets.UTF_8);
            out =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
            // It answers a command only once the image is open.
            String answer = command("length");
            assertTrue(answer.matches("(qemu-io> )*[0-9.]+ ([KMG]iB|bytes)"), answer);
        }

        /** Sends a command that answers with one line, and returns the line. */
        public String command(String line) throws IOException {
            in.write(line + "\n");
            in.flush();
            return String.valueOf(out.readLine());
        }

        @Override
        public void close() throws IOException {
            in.close();
            await(process, List.of("qemu-io"));
        }
    }
}
