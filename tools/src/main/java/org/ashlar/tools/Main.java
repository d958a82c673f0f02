package org.ashlar.tools;

import java.util.List;
import org.ashlar.tools.daemon.DaemonCommand;
import org.ashlar.tools.daemon.ServeCommand;
import org.ashlar.tools.img.ImgTool;
import org.ashlar.tools.io.IoTool;
import org.ashlar.tools.nbd.NbdTool;
import org.jspecify.annotations.Nullable;

/**
 * Where the command line begins. Stateless.
 *
 * <p>Under the name of one of the reference's programs, which the launcher passes in the system
 * property {@code ashlar.argv0}, it is that program.
 */
public final class Main {

    private Main() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        Terminal terminal = Terminal.system("ashlar");
        String argv0 = System.getProperty("ashlar.argv0", "ashlar");
        int code = terminal.guard(() -> run(argv0, List.of(args), terminal));
        terminal.flush();
        Runtime.getRuntime().halt(code);
    }

    /**
     * Runs a command.
     *
     * @param argv0 the name or path under which the program was started
     * @return the exit code
     */
    public static int run(String argv0, List<String> args, Terminal terminal) {
        String name = argv0.substring(argv0.lastIndexOf('/') + 1);
        Command alone = compatible(name);
        if (alone != null) {
            return alone.run(args, terminal.as(name));
        }
        if (args.isEmpty()) {
            CommandTree.print(terminal.as(name));
            return 1;
        }
        String first = args.getFirst();
        switch (first) {
            case "-h", "--help", "help" -> CommandTree.print(terminal);
            case "-V", "--version" -> Version.print(terminal, "version ");
            default -> {
                Command command = command(first);
                if (command == null) {
                    terminal.error("unknown command '" + first + "'; 'ashlar --help' lists them");
                    return 1;
                }
                return command.run(args.subList(1, args.size()), terminal.as("ashlar " + first));
            }
        }
        return 0;
    }

    private static @Nullable Command compatible(String name) {
        return switch (name) {
            case "qemu-img" -> command("img");
            case "qemu-io" -> command("io");
            case "qemu-nbd" -> command("nbd");
            case "qemu-storage-daemon" -> command("daemon");
            default -> null;
        };
    }

    private static @Nullable Command command(String name) {
        return switch (name) {
            case "img" -> new ImgTool();
            case "io" -> new IoTool();
            case "nbd" -> new NbdTool();
            case "daemon" -> new DaemonCommand(EmbeddedHost::start);
            case "serve" -> new ServeCommand(EmbeddedHost::start);
            default -> null;
        };
    }
}
