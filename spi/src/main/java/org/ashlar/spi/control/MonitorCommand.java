package org.ashlar.spi.control;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.option.Option;
import org.osgi.annotation.versioning.ConsumerType;

/** One command of the control protocol. Registered as a service; thread-safe. */
@ConsumerType
public interface MonitorCommand {

    /** Returns its QMP name. */
    String name();

    /** Returns its arguments. */
    default List<Option<?>> arguments() {
        return List.of();
    }

    /**
     * Returns whether it takes a description of a node or image beside its arguments, checked by
     * the layer, not by the monitor.
     */
    default boolean takesOptionTree() {
        return false;
    }

    /** Returns what its answer looks like, for introspection. */
    default Shape returns() {
        return Shape.NOTHING;
    }

    /**
     * Returns what introspection says of it beside its shape: {@code deprecated}, {@code unstable}.
     */
    default List<String> features() {
        return List.of();
    }

    /**
     * Returns whether it may be called out of band, before commands that came earlier have ended;
     * then it must not block.
     */
    default boolean runsOutOfBand() {
        return false;
    }

    /**
     * Carries the command out; may block.
     *
     * @return what to answer: a map, list, text, number or truth value as in JSON; an empty map for
     *     nothing
     * @throws CommandException if clients look at the error's class
     * @throws org.ashlar.spi.BlockException whose message the user sees
     */
    Object run(CommandCall call) throws IOException;
}
