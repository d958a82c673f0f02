package org.ashlar.tools.daemon;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.tools.Command;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.Version;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/**
 * The command {@code daemon}, which is the reference's qemu-storage-daemon: carries out its options
 * in the order they are given, the monitors last, then serves until it is asked to end. Immutable.
 */
public final class DaemonCommand implements Command {

    private static final String SHORT = "hT:V";

    private static final String[] LONG = {
        "blockdev:",
        "chardev:",
        "daemonize",
        "export:",
        "help=h",
        "monitor:",
        "nbd-server:",
        "object:",
        "pidfile:",
        "trace:=T",
        "version=V"
    };

    /**
     * One option as given. Immutable.
     *
     * @param name its letter if it has one, else its name
     * @param argument its argument, empty if it takes none
     * @param shown the words it was given by, for messages
     */
    private record Given(String name, String argument, String shown) {}

    private final LayerHost.Opener opener;
    private final Lifetime lifetime;
    private final Daemonizer daemonizer;

    /** Makes a daemon that ends when its process is told to by a signal. */
    public DaemonCommand(LayerHost.Opener opener) {
        this(opener, Lifetime.ofProcess(), Daemonizer.ofProcess());
    }

    DaemonCommand(LayerHost.Opener opener, Lifetime lifetime, Daemonizer daemonizer) {
        this.opener = opener;
        this.lifetime = lifetime;
        this.daemonizer = daemonizer;
    }

    @Override
    public int run(List<String> args, Terminal terminal) {
        int code = 1;
        try {
            code = runOptions(args, terminal);
        } catch (ToolFailure failure) {
            failure.print(terminal);
            code = failure.exitCode();
        } finally {
            terminal.flush();
            lifetime.ended(code);
        }
        return code;
    }

    private int runOptions(List<String> args, Terminal terminal) throws ToolFailure {
        Getopt getopt = new Getopt(args, SHORT, LONG);
        List<Given> options = new ArrayList<>();
        try {
            while (getopt.next()) {
                switch (getopt.option()) {
                    case "h" -> {
                        DaemonHelp.print(terminal);
                        return 0;
                    }
                    case "V" -> {
                        Version.print(terminal, "version ");
                        return 0;
                    }
                    default -> options.add(given(args, getopt));
                }
            }
        } catch (WrongOption wrong) {
            throw ToolFailure.of(String.valueOf(wrong.getMessage()));
        }
        if (!getopt.operands().isEmpty()) {
            throw ToolFailure.of(getopt.operands().getFirst() + ": Unexpected argument");
        }
        boolean detach = options.stream().anyMatch(option -> option.name().equals("daemonize"));
        if (detach && !daemonizer.isDetached()) {
            return daemonizer.detach();
        }
        return serve(options, terminal, detach);
    }

    private static Given given(List<String> args, Getopt getopt) {
        String name = getopt.option();
        String argument = getopt.argument();
        String oneWord = "--" + name + "=" + argument;
        return new Given(
                name, argument, args.contains(oneWord) ? oneWord : "--" + name + " " + argument);
    }

    private int serve(List<Given> options, Terminal terminal, boolean detached) throws ToolFailure {
        try (RunningDaemon daemon = new RunningDaemon(open(), terminal, lifetime, detached)) {
            for (Given option : inOrder(options)) {
                if (lifetime.isEndRequested() || isHelpOnObjects(option, terminal)) {
                    return 0;
                }
                carryOut(option, daemon, terminal);
            }
            writePidFile(options, daemon);
            daemonizer.ready();
            lifetime.awaitEndRequest();
        }
        return 0;
    }

    /** Returns the options with the monitors last: a greeting says that all the others are done. */
    private static List<Given> inOrder(List<Given> options) {
        List<Given> ordered = new ArrayList<>(options);
        ordered.removeIf(option -> option.name().equals("monitor"));
        options.stream().filter(option -> option.name().equals("monitor")).forEach(ordered::add);
        return ordered;
    }

    private LayerHost open() throws ToolFailure {
        try {
            return opener.open();
        } catch (IOException e) {
            throw ToolFailure.of(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isHelpOnObjects(Given option, Terminal terminal) {
        boolean help =
                option.name().equals("object") && List.of("help", "?").contains(option.argument());
        if (help) {
            terminal.line("List of user creatable objects:");
        }
        return help;
    }

    private static void carryOut(Given option, RunningDaemon daemon, Terminal terminal)
            throws ToolFailure {
        String text = option.argument();
        try {
            switch (option.name()) {
                case "blockdev" -> daemon.addNode(text);
                case "chardev" -> warn(daemon.addDevice(text), option, terminal);
                case "export" -> daemon.addExport(text);
                case "monitor" -> daemon.startMonitor(text);
                case "nbd-server" -> daemon.startServer(text);
                case "object" -> daemon.addObject(text);
                default -> {} // daemonize and trace have no effect here, pidfile comes last
            }
        } catch (BlockException refused) {
            throw ToolFailure.of(option.shown() + ": " + refused.getMessage());
        } catch (IOException e) {
            throw ToolFailure.of(option.shown() + ": " + e);
        }
    }

    /** The reference repeats where it is only before the first line of a warning. */
    private static void warn(List<String> lines, Given option, Terminal terminal) {
        for (int i = 0; i < lines.size(); i += 2) {
            terminal.error(option.shown() + ": warning: " + lines.get(i) + "\n" + lines.get(i + 1));
        }
    }

    private static void writePidFile(List<Given> options, RunningDaemon daemon) throws ToolFailure {
        Optional<String> path =
                options.stream()
                        .filter(option -> option.name().equals("pidfile"))
                        .map(Given::argument)
                        .reduce((_, last) -> last);
        try {
            if (path.isPresent()) {
                daemon.writePidFile(Path.of(path.get()));
            }
        } catch (IOException | InvalidPathException e) {
            throw ToolFailure.of(String.valueOf(e.getMessage()));
        }
    }
}
