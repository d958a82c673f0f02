package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import org.ashlar.tools.Command;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.Version;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.jspecify.annotations.Nullable;

/** Creates, examines, compares and converts images. Stateless. */
public final class ImgTool implements Command {

    @Override
    public int run(List<String> args, Terminal terminal) {
        try {
            return dispatch(args, terminal);
        } catch (WrongOption wrong) {
            terminal.error(word(wrong));
            hint(terminal);
        } catch (ToolFailure failure) {
            failure.print(terminal);
            if (failure.isUsage()) {
                hint(terminal);
            }
            return failure.exitCode();
        } catch (HelpWanted help) {
            ImgHelp.print(terminal);
            return 0;
        } catch (IOException failed) {
            terminal.error(String.valueOf(failed.getMessage()));
        }
        return 1;
    }

    private static void hint(Terminal terminal) {
        terminal.err().print("Try '" + terminal.program() + " --help' for more information\n");
    }

    private static String word(WrongOption wrong) {
        return switch (wrong.fault()) {
            case ARGUMENT_MISSING -> "missing argument for option '" + wrong.given() + "'";
            case UNKNOWN, AMBIGUOUS, ARGUMENT_UNWANTED ->
                    "unrecognized option '" + wrong.given() + "'";
        };
    }

    private static int dispatch(List<String> args, Terminal terminal)
            throws ToolFailure, IOException, WrongOption {
        Getopt options = new Getopt(args, "+hVT:", "help=h", "version=V", "trace:=T");
        while (options.next()) {
            if (options.option().equals("h")) {
                throw new HelpWanted();
            }
            if (options.option().equals("V")) {
                Version.print(terminal, "version ");
                return 0;
            }
            throw ToolFailure.of("tracing is not supported");
        }
        List<String> rest = options.operands();
        if (rest.isEmpty()) {
            throw ToolFailure.usage("Not enough arguments");
        }
        Verb verb = verb(rest.getFirst());
        if (verb == null) {
            throw ToolFailure.usage("Command not found: " + rest.getFirst());
        }
        return verb.run(rest.subList(1, rest.size()), terminal);
    }

    private static @Nullable Verb verb(String name) {
        return switch (name) {
            case "check" -> new CheckVerb();
            case "compare" -> new CompareVerb();
            case "convert" -> new ConvertVerb();
            case "create" -> new CreateVerb();
            case "info" -> new InfoVerb();
            case "map" -> new MapVerb();
            case "resize" -> new ResizeVerb();
            case "amend", "bench", "bitmap", "commit", "dd", "measure", "rebase", "snapshot" ->
                    (args, terminal) -> {
                        throw ToolFailure.of("the command '" + name + "' is not supported");
                    };
            default -> null;
        };
    }

    /** The user asked for help among a sub-command's options. */
    static final class HelpWanted extends IOException {
        private static final long serialVersionUID = 1;
    }
}
