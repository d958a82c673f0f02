package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.option.Option;

/** QMP {@code nbd-server-remove}, which {@code block-export-del} has replaced. Immutable. */
final class ServerRemoveCommand implements MonitorCommand {

    /** What becomes of clients. */
    enum Mode {
        /** An export with clients is refused. */
        SAFE,
        /** Clients are disconnected. */
        HARD
    }

    private static final Option<String> NAME = Option.text("name").required().help("its id");
    private static final Option<Mode> MODE =
            Option.choice("mode", Mode.class)
                    .orElse(Mode.SAFE)
                    .help("whether to disconnect clients");

    @Override
    public String name() {
        return "nbd-server-remove";
    }

    @Override
    public List<Option<?>> arguments() {
        return List.of(NAME, MODE);
    }

    @Override
    public Object run(CommandCall call) throws IOException {
        String id = call.arguments().get(NAME);
        boolean known =
                call.layer().exports().list().stream()
                        .anyMatch(export -> export.id().equals(id) && export.type().equals("nbd"));
        if (!known) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND, "Export '" + id + "' is not found");
        }
        call.layer().exports().delete(id, call.arguments().get(MODE) == Mode.HARD);
        return Map.of();
    }
}
