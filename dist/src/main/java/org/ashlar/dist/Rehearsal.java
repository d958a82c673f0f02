package org.ashlar.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.ashlar.tools.Main;
import org.ashlar.tools.Terminal;

/**
 * A trial run for the ahead-of-time cache: does what short commands, or a starting daemon, commonly
 * do, so that the classes and their links are in the cache. Without state.
 */
public final class Rehearsal {
    private Rehearsal() {}

    /** Rehearses {@code tools} or {@code daemon}. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("ashlar-rehearsal");
        try {
            if (args[0].equals("daemon")) {
                daemon(folder);
            } else {
                tools(folder);
            }
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static void tools(Path folder) throws IOException {
        String base = folder.resolve("base.qcow2").toString();
        String image = folder.resolve("image.qcow2").toString();
        String raw = folder.resolve("image.raw").toString();
        tool("--help");
        tool("img", "create", "-f", "qcow2", base, "1M");
        tool("img", "create", "-f", "qcow2", "-b", base, "-F", "qcow2", image);
        tool("io", "-c", "write 0 64k", "-c", "read -v 0 512", "-c", "map", image);
        tool("img", "info", image);
        tool("img", "info", "--output=json", "--backing-chain", image);
        tool("img", "check", image);
        tool("img", "map", image);
        tool("img", "map", "--output=json", image);
        tool("img", "convert", "-O", "raw", image, raw);
        tool("img", "compare", image, raw);
        tool("img", "resize", image, "2M");
    }

    private static void tool(String... args) throws IOException {
        run("", terminal -> Main.run("ashlar", List.of(args), terminal));
    }

    /** Nothing of a bundle is kept in the cache, so that what is served matters little. */
    private static void daemon(Path folder) throws IOException {
        List<String> args =
                List.of(
                        "daemon",
                        "--blockdev",
                        "null-co,node-name=disk",
                        "--nbd-server",
                        "addr.type=unix,addr.path=" + folder.resolve("nbd.sock"),
                        "--export",
                        "nbd,id=disk,node-name=disk",
                        "--chardev",
                        "stdio,id=monitor",
                        "--monitor",
                        "monitor");
        run(
                """
                {"execute": "qmp_capabilities"}
                {"execute": "query-block-exports"}
                {"execute": "quit"}
                """,
                terminal -> DaemonMain.run("ashlar", args, terminal));
    }

    /** What it prints goes nowhere, but a failure of the rehearsal must be seen. */
    private static void run(String input, ToIntFunction<Terminal> program) throws IOException {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Terminal terminal =
                new Terminal(
                        "ashlar",
                        new ByteArrayInputStream(input.getBytes(UTF_8)),
                        new PrintStream(OutputStream.nullOutputStream()),
                        new PrintStream(errors));
        if (program.applyAsInt(terminal) != 0) {
            terminal.flush();
            throw new IOException("the rehearsal failed: " + errors.toString(UTF_8));
        }
    }
}
