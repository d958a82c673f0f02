package org.ashlar.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ashlar.tools.Command;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.img.ImgTool;
import org.ashlar.tools.io.IoTool;

/**
 * A trial run for the ahead-of-time cache: does what short commands, or a starting daemon, commonly
 * do, so that the classes and their links are in the cache. Without state.
 */
public final class Rehearsal {
    private Rehearsal() {}

    /** Rehearses {@code tools} or {@code daemon}. */
    public static void main(String[] args) throws IOException {
        if (args[0].equals("daemon")) {
            FrameworkHost.start(Home.ofLauncher()).close();
        } else {
            tools();
        }
    }

    private static void tools() throws IOException {
        Path folder = Files.createTempDirectory("ashlar-rehearsal");
        String base = folder.resolve("base.qcow2").toString();
        String image = folder.resolve("image.qcow2").toString();
        String raw = folder.resolve("image.raw").toString();
        try {
            run(new ImgTool(), "create", "-f", "qcow2", base, "1M");
            run(new ImgTool(), "create", "-f", "qcow2", "-b", base, "-F", "qcow2", image);
            run(new IoTool(), "-c", "write 0 64k", "-c", "read -v 0 512", "-c", "map", image);
            run(new ImgTool(), "info", image);
            run(new ImgTool(), "info", "--output=json", "--backing-chain", image);
            run(new ImgTool(), "check", image);
            run(new ImgTool(), "map", image);
            run(new ImgTool(), "map", "--output=json", image);
            run(new ImgTool(), "convert", "-O", "raw", image, raw);
            run(new ImgTool(), "compare", image, raw);
        } finally {
            for (String file : List.of(base, image, raw)) {
                Files.deleteIfExists(Path.of(file));
            }
            Files.delete(folder);
        }
    }

    /** What it prints goes nowhere, but a failure of the rehearsal must be seen. */
    private static void run(Command command, String... args) throws IOException {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Terminal terminal =
                new Terminal(
                        "ashlar",
                        InputStream.nullInputStream(),
                        new PrintStream(OutputStream.nullOutputStream()),
                        new PrintStream(errors));
        if (command.run(List.of(args), terminal) != 0) {
            terminal.flush();
            throw new IOException(String.join(" ", args) + ": " + errors.toString(UTF_8));
        }
    }
}
