package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Engaged;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/** QMP {@code nbd-server-start}. Immutable. */
final class ServerStartCommand implements MonitorCommand, Engaged {

    private static final Option<String> TLS_CREDS =
            Option.text("tls-creds").help("refused: there is no TLS");
    private static final Option<String> TLS_AUTHZ =
            Option.text("tls-authz").help("refused: there is no TLS");
    private static final Option<Long> MAX_CONNECTIONS =
            Option.unsigned("max-connections", 32)
                    .orElse(100L)
                    .help("how many clients there may be at a time, 0 for any number");
    private static final Option<Long> HANDSHAKE_SECONDS =
            Option.unsigned("handshake-max-seconds", 32)
                    .orElse(10L)
                    .help("how long a client may take to choose an export, 0 for any time");

    private static final Option<Long> LOOPBACK_PORT =
            Option.integer("loopback-port")
                    .help(
                            "TCP port to listen at on the loopback address as well, 0 to have one"
                                    + " chosen");

    private static final Option<Boolean> AWAIT_EXPORT =
            Option.bool("await-export")
                    .orElse(false)
                    .help("let clients wait until the first export is there");

    private final NbdService service;

    ServerStartCommand(NbdService service) {
        this.service = service;
    }

    @Override
    public String name() {
        return "nbd-server-start";
    }

    @Override
    public List<Option<?>> arguments() {
        List<Option<?>> all = new ArrayList<>(AddressOptions.ALL);
        all.addAll(
                List.of(
                        TLS_CREDS,
                        TLS_AUTHZ,
                        MAX_CONNECTIONS,
                        HANDSHAKE_SECONDS,
                        LOOPBACK_PORT,
                        AWAIT_EXPORT));
        return all;
    }

    @Override
    public Object run(CommandCall call) throws IOException {
        OptionValues given = call.arguments();
        refuseTls(given);
        service.start(
                new ServerSettings(
                        addresses(call),
                        given.get(MAX_CONNECTIONS),
                        given.get(HANDSHAKE_SECONDS),
                        given.get(AWAIT_EXPORT)),
                call.layer());
        return Map.of();
    }

    /** No object can be made that holds credentials, so that none is found. */
    private static void refuseTls(OptionValues given) throws BlockException {
        Optional<String> credentials = given.find(TLS_CREDS);
        if (credentials.isPresent()) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND,
                    "No TLS credentials with id '" + credentials.get() + "'");
        }
        if (given.find(TLS_AUTHZ).isPresent()) {
            throw new BlockException(
                    BlockException.Kind.UNSUPPORTED,
                    "TLS is not available: leave '" + TLS_AUTHZ + "' out");
        }
    }

    private static List<ListenAddress> addresses(CommandCall call) throws BlockException {
        List<ListenAddress> addresses = new ArrayList<>();
        addresses.add(new AddressOptions(call).address());
        Optional<Long> loopback = call.arguments().find(LOOPBACK_PORT);
        if (loopback.isPresent()) {
            int port = AddressOptions.port("127.0.0.1", loopback.get().toString());
            addresses.add(ListenAddress.Inet.of("127.0.0.1", port));
        }
        return addresses;
    }

    @Override
    public boolean isEngaged() {
        return service.isEngaged();
    }
}
