package org.ashlar.tools.daemon;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/**
 * Runs monitor commands for the command line, so that an option does exactly what the command of
 * the same arguments does. Immutable.
 *
 * @param layer the layer they are for
 * @param shutdown ends the program
 */
public record Commands(BlockLayer layer, Runnable shutdown) {

    /**
     * Runs a command.
     *
     * @throws BlockException of kind {@code UNSUPPORTED} if no bundle contributes it
     */
    public Object run(String name, OptionTree arguments) throws IOException {
        MonitorCommand command =
                layer.drivers().commands().stream()
                        .filter(candidate -> candidate.name().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                new BlockException(
                                        Kind.UNSUPPORTED, "there is no command " + name));
        OptionTree checked = command.takesOptionTree() ? declared(command, arguments) : arguments;
        return command.run(
                new Call(
                        layer,
                        OptionValues.check(command.arguments(), checked),
                        arguments,
                        shutdown));
    }

    /** Leaves out what the layer checks. */
    private static OptionTree declared(MonitorCommand command, OptionTree arguments) {
        Set<String> names =
                command.arguments().stream()
                        .map(option -> option.path().getFirst())
                        .collect(Collectors.toSet());
        Map<String, Object> known = new LinkedHashMap<>(arguments.values());
        known.keySet().retainAll(names);
        return OptionTree.typed(known);
    }

    private record Call(
            BlockLayer layer, OptionValues arguments, OptionTree tree, Runnable shutdown)
            implements CommandCall {

        @Override
        public void requestShutdown() {
            shutdown.run();
        }
    }
}
