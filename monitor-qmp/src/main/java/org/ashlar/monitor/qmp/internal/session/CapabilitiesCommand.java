package org.ashlar.monitor.qmp.internal.session;

import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionType;

/**
 * QMP {@code qmp_capabilities}: checks what the client asks for; that it was executed is the
 * session's to know. Immutable.
 */
public final class CapabilitiesCommand implements MonitorCommand {

    static final String NAME = "qmp_capabilities";

    private static final String OUT_OF_BAND = "oob";

    private static final Option<Object> ENABLE =
            Option.of("enable", new OptionType<>("array", List.of(OUT_OF_BAND), (_, raw) -> raw));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Option<?>> arguments() {
        return List.of(ENABLE);
    }

    @Override
    public Object run(CommandCall call) throws BlockException {
        List<Object> enabled = call.tree().list(ENABLE.name()).orElse(List.of());
        for (int i = 0; i < enabled.size(); i++) {
            check(ENABLE.name() + "[" + i + "]", enabled.get(i));
        }
        return Map.of();
    }

    private static void check(String name, Object capability) throws BlockException {
        if (!(capability instanceof String text)) {
            throw Arguments.wrongType(name, "string");
        }
        if (!text.equals(OUT_OF_BAND)) {
            throw BlockException.invalid(
                    "Parameter '" + name + "' does not accept value '" + text + "'");
        }
    }

    /** Returns whether the arguments, which have been checked, ask for execution out of band. */
    static boolean enablesOutOfBand(OptionTree arguments) {
        return arguments.list(ENABLE.name()).filter(items -> !items.isEmpty()).isPresent();
    }
}
