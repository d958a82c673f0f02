package org.ashlar.monitor.qmp.internal.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.control.CommandException;
import org.ashlar.spi.control.CommandException.ErrorClass;
import org.ashlar.spi.option.OptionTree;

/**
 * One message of a client that has the form of a command. Immutable.
 *
 * @param command what to execute
 * @param outOfBand whether it was sent as {@code exec-oob}
 * @param arguments the arguments
 */
record Message(String command, boolean outOfBand, OptionTree arguments) {

    private static final String EXECUTE = "execute";
    private static final String OUT_OF_BAND = "exec-oob";
    private static final String ARGUMENTS = "arguments";

    /** Returns the value to repeat in the answer, if the message has one. */
    static Optional<Object> id(Object value) {
        return value instanceof Map<?, ?> members
                ? Optional.ofNullable(members.get("id"))
                : Optional.empty();
    }

    /**
     * Checks a JSON value's members.
     *
     * @param outOfBandEnabled whether the client may send {@code exec-oob}
     */
    static Message of(Object value, boolean outOfBandEnabled) throws CommandException {
        if (!(value instanceof Map<?, ?> members)) {
            throw error("QMP input must be a JSON object");
        }
        Optional<String> command = Optional.empty();
        boolean outOfBand = false;
        Map<String, Object> arguments = new LinkedHashMap<>();
        for (Map.Entry<?, ?> member : members.entrySet()) {
            String name = String.valueOf(member.getKey());
            switch (name) {
                case "id" -> {}
                case ARGUMENTS -> arguments.putAll(arguments(member.getValue()));
                case EXECUTE, OUT_OF_BAND -> {
                    if (name.equals(OUT_OF_BAND) && !outOfBandEnabled) {
                        throw unexpected(name);
                    }
                    if (!(member.getValue() instanceof String text)) {
                        throw error("QMP input member '" + name + "' must be a string");
                    }
                    if (command.isPresent()) {
                        throw error("QMP input member 'execute' clashes with 'exec-oob'");
                    }
                    command = Optional.of(text);
                    outOfBand = name.equals(OUT_OF_BAND);
                }
                default -> throw unexpected(name);
            }
        }
        if (command.isEmpty()) {
            throw error("QMP input lacks member 'execute'");
        }
        return new Message(command.get(), outOfBand, OptionTree.typed(arguments));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> arguments(Object value) throws CommandException {
        if (value instanceof Map<?, ?> members) {
            return (Map<String, Object>) members;
        }
        throw error("QMP input member 'arguments' must be an object");
    }

    private static CommandException unexpected(String name) {
        return error("QMP input member '" + name + "' is unexpected");
    }

    private static CommandException error(String message) {
        return new CommandException(ErrorClass.GENERIC_ERROR, message);
    }
}
