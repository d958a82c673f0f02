package org.ashlar.tools.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.tools.Command;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.Version;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** Reads and writes an image by commands, given as options or typed. Stateless. */
public final class IoTool implements Command {

    @Override
    public int run(List<String> args, Terminal terminal) {
        try {
            return run(new Run(terminal), args, terminal);
        } catch (WrongOption wrong) {
            terminal.error(String.valueOf(wrong.getMessage()));
            usage(terminal);
        } catch (IOException failed) {
            terminal.error(String.valueOf(failed.getMessage()));
        }
        return 1;
    }

    private static int run(Run run, List<String> args, Terminal terminal)
            throws WrongOption, IOException {
        Getopt options =
                new Getopt(
                        args,
                        "hVc:d:f:rsnCmki:t:T:U",
                        "help=h",
                        "version=V",
                        "cmd:=c",
                        "format:=f",
                        "read-only=r",
                        "snapshot=s",
                        "nocache=n",
                        "copy-on-read=C",
                        "misalign=m",
                        "native-aio=k",
                        "aio:=i",
                        "discard:=d",
                        "cache:=t",
                        "trace:=T",
                        "force-share=U",
                        "object:",
                        "image-opts");
        while (options.next()) {
            switch (options.option()) {
                case "h" -> {
                    usage(terminal);
                    return 0;
                }
                case "V" -> {
                    Version.print(terminal, "version ");
                    return 0;
                }
                default -> {
                    if (!run.take(options)) {
                        return 1;
                    }
                }
            }
        }
        if (options.operands().size() > 1) {
            usage(terminal);
            return 1;
        }
        return run.start(options.operands());
    }

    /** One run of the program. Confined to one thread. */
    private static final class Run {
        private final Terminal terminal;
        private final List<String> lines = new ArrayList<>();
        private final OpenFlags flags = new OpenFlags();
        private String format = "";
        private boolean imageOpts;

        Run(Terminal terminal) {
            this.terminal = terminal;
        }

        boolean take(Getopt options) throws IOException {
            switch (options.option()) {
                case "c" -> lines.add(options.argument());
                case "f" -> format = options.argument();
                case "image-opts" -> imageOpts = true;
                case "object" -> {
                    terminal.error("objects are not supported: " + options.argument());
                    return false;
                }
                case "T" -> {
                    terminal.error("tracing is not supported");
                    return false;
                }
                default -> {
                    return flags.take(options, terminal);
                }
            }
            return true;
        }

        int start(List<String> operands) throws IOException {
            if (imageOpts && !format.isEmpty()) {
                terminal.error("--image-opts and -f are mutually exclusive");
                return 1;
            }
            try (IoSession session = new IoSession(terminal)) {
                if (!operands.isEmpty() && !open(session, operands.getFirst())) {
                    return 1;
                }
                boolean well = lines.isEmpty() ? converse(session) : runLines(session);
                return well ? 0 : 1;
            }
        }

        private boolean open(IoSession session, String name) {
            return FileCommands.open(
                    session,
                    flags,
                    new ImageName(name, format, imageOpts),
                    imageOpts ? Optional.empty() : Optional.of(name));
        }

        private boolean runLines(IoSession session) {
            boolean well = true;
            for (String line : lines) {
                if (!session.isEnded()) {
                    well &= IoCommands.run(session, line);
                }
            }
            return well;
        }

        private boolean converse(IoSession session) throws IOException {
            BufferedReader reader =
                    new BufferedReader(
                            new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
            boolean well = true;
            while (!session.isEnded()) {
                session.print(terminal.program() + "> ");
                terminal.flush();
                String line = reader.readLine();
                if (line == null) {
                    break;
                }
                well &= IoCommands.run(session, line);
            }
            return well;
        }
    }

    private static void usage(Terminal terminal) {
        terminal.out()
                .print(
                        """
                        Usage: %s [OPTIONS]... [-c COMMAND]... [FILE]

                          -c, --cmd=COMMAND    carry the command out; without -c commands are read
                                               from standard input
                          -f, --format=FMT     the image's format
                              --image-opts     FILE is key=value,... or a JSON object
                          -r, --read-only      open it read-only
                          -U, --force-share    tolerate other writers
                          -n, --nocache        the same as -t none
                          -t, --cache=MODE     none, writeback, writethrough, directsync or unsafe
                          -d, --discard=MODE   ignore or unmap
                          -i, --aio=MODE       threads, native or io_uring: accepted, all the same here
                          -k, -m               accepted for compatibility
                          -h, --help           show this
                          -V, --version        show the version

                        '%s -c help' lists the commands.
                        """
                                .replace("%s", terminal.program()));
    }
}
