package org.ashlar.tools.nbd;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.ashlar.tools.Command;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.Version;
import org.ashlar.tools.daemon.Daemonizer;
import org.ashlar.tools.daemon.Lifetime;
import org.ashlar.tools.text.Getopt.WrongOption;

/** Serves one image over NBD, or lists what another server offers. Immutable. */
public final class NbdTool implements Command {
    private final Supplier<Lifetime> lifetime;

    /** Makes a command that ends when its process is told to by a signal. */
    public NbdTool() {
        this(Lifetime::ofProcess);
    }

    /** Makes a command that ends when the lifetime it asks for does. */
    NbdTool(Supplier<Lifetime> lifetime) {
        this.lifetime = lifetime;
    }

    @Override
    public int run(List<String> args, Terminal terminal) {
        try {
            return run(NbdOptions.parse(args), terminal);
        } catch (WrongOption wrong) {
            terminal.error(String.valueOf(wrong.getMessage()));
            terminal.error(hint(terminal));
        } catch (ToolFailure failure) {
            failure.print(terminal);
            if (failure.isUsage()) {
                terminal.err().print(hint(terminal) + "\n");
            }
            return failure.exitCode();
        } catch (IOException failed) {
            terminal.error(String.valueOf(failed.getMessage()));
        }
        return 1;
    }

    private static String hint(Terminal terminal) {
        return "Try `" + terminal.program() + " --help' for more information.";
    }

    private int run(NbdOptions options, Terminal terminal) throws ToolFailure, IOException {
        if (options.help) {
            NbdHelp.print(terminal);
            return 0;
        }
        if (options.version) {
            Version.print(terminal, "");
            return 0;
        }
        if (options.list) {
            new ExportLister(options, terminal).run();
            return 0;
        }
        if (!options.fork) {
            new ImageServer(options, terminal).run(lifetime.get(), () -> {});
            return 0;
        }
        Daemonizer daemonizer = Daemonizer.ofProcess();
        if (!daemonizer.isDetached()) {
            return daemonizer.detach();
        }
        new ImageServer(options, terminal).run(lifetime.get(), daemonizer::ready);
        return 0;
    }
}
