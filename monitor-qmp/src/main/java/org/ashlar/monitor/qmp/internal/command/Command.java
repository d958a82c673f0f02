package org.ashlar.monitor.qmp.internal.command;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.option.Option;

/**
 * A command described in parts. Immutable.
 *
 * @param name its QMP name
 * @param arguments its arguments
 * @param takesOptionTree whether it takes others that the layer checks
 * @param returns what its answer looks like
 * @param features what introspection says of it
 * @param body what it does
 */
record Command(
        String name,
        List<Option<?>> arguments,
        boolean takesOptionTree,
        Shape returns,
        List<String> features,
        Body body)
        implements MonitorCommand {

    /** What a command does and answers. */
    @FunctionalInterface
    interface Body {
        Object run(CommandCall call) throws IOException;
    }

    /** What a command does that has nothing to answer. */
    @FunctionalInterface
    interface Action {
        void run(CommandCall call) throws IOException;
    }

    /** Returns a command that answers. */
    static Command query(String name, Shape returns, Body body, Option<?>... arguments) {
        return new Command(name, List.of(arguments), false, returns, List.of(), body);
    }

    /** Returns a command that has nothing to answer. */
    static Command action(String name, Action action, Option<?>... arguments) {
        Body body =
                call -> {
                    action.run(call);
                    return Map.of();
                };
        return new Command(name, List.of(arguments), false, Shape.NOTHING, List.of(), body);
    }

    /** Returns this command taking also what the layer checks. */
    Command withOptionTree() {
        return new Command(name, arguments, true, returns, features, body);
    }

    /** Returns this command with words for introspection. */
    Command marked(String... words) {
        return new Command(name, arguments, takesOptionTree, returns, List.of(words), body);
    }

    @Override
    public Object run(CommandCall call) throws IOException {
        return body.run(call);
    }
}
