package org.ashlar.dist;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.ashlar.tools.Command;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.daemon.DaemonCommand;
import org.ashlar.tools.daemon.LayerHost;
import org.ashlar.tools.daemon.ServeCommand;

/**
 * The daemon's program: the command line of {@code daemon} and {@code serve} over a framework,
 * which is started when the command line asks for it. Without state.
 */
public final class DaemonMain {
    private DaemonMain() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        Terminal terminal = Terminal.system("ashlar");
        String argv0 = System.getProperty("ashlar.argv0", "ashlar");
        int code = terminal.guard(() -> run(argv0, List.of(args), terminal));
        terminal.flush();
        Runtime.getRuntime().halt(code);
    }

    /** Runs the command and returns its exit code. */
    static int run(String program, List<String> args, Terminal terminal) {
        try {
            Home home = Home.ofLauncher();
            configureLog(home.settings().logLevel());
            LayerHost.Opener opener = () -> FrameworkHost.start(home);
            if (program.equals("qemu-storage-daemon")) {
                return new DaemonCommand(opener).run(args, terminal.as(program));
            }
            String name = args.getFirst();
            Command command =
                    name.equals("serve") ? new ServeCommand(opener) : new DaemonCommand(opener);
            return command.run(args.subList(1, args.size()), terminal.as("ashlar " + name));
        } catch (IOException e) {
            terminal.error(String.valueOf(e.getMessage()));
            return 1;
        }
    }

    /** To be called before anything logs: what logs reads its settings once. */
    private static void configureLog(String level) {
        Map.of(
                        "defaultLogLevel", level,
                        "showDateTime", "true",
                        // Costs a tool's start more than all else of the log, so not in the file.
                        "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
                .forEach(
                        (key, value) -> System.setProperty("org.slf4j.simpleLogger." + key, value));
    }
}
