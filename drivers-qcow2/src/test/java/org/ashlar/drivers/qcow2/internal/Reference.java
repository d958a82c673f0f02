package org.ashlar.drivers.qcow2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the reference's tools, qemu-img and qemu-io; a missing tool is a failure. Stateless. */
final class Reference {
    private static final int SECONDS = 60;

    /** How a tool ended: its exit code, and what it printed on both streams together. */
    record Outcome(int code, String output) {}

    private Reference() {}

    static Outcome run(String... command) throws IOException {
        Path output = Files.createTempFile("reference", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " does not end");
            }
            return new Outcome(process.exitValue(), Files.readString(output));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            Files.delete(output);
        }
    }

    /** Runs a tool that must succeed. */
    static String ok(String... command) throws IOException {
        Outcome outcome = run(command);
        assertEquals(0, outcome.code, () -> String.join(" ", command) + ": " + outcome.output);
        return outcome.output;
    }

    static String img(String... arguments) throws IOException {
        return ok(with("qemu-img", arguments));
    }

    /** Runs commands of qemu-io on an image. */
    static String io(Path image, List<String> commands) throws IOException {
        List<String> all = new ArrayList<>(List.of("qemu-io", "-f", "qcow2"));
        commands.forEach(command -> all.addAll(List.of("-c", command)));
        all.add(image.toString());
        return ok(all.toArray(String[]::new));
    }

    static String[] with(String first, String... rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(rest));
        return all.toArray(String[]::new);
    }

    /** Checks an image with qemu-img, which must find nothing at all. */
    static void assertClean(Path image, String what) {
        try {
            Outcome outcome = run("qemu-img", "check", "-f", "qcow2", image.toString());
            assertEquals(0, outcome.code, () -> what + ": " + outcome.output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what the guest of an image sees, as the reference reads it. */
    static byte[] content(Path image) throws IOException {
        Path raw = image.resolveSibling(image.getFileName() + ".raw");
        img("convert", "-f", "qcow2", "-O", "raw", image.toString(), raw.toString());
        byte[] bytes = Files.readAllBytes(raw);
        Files.delete(raw);
        return bytes;
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
