package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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

/**
 * QMP {@code nbd-server-start}. The members of {@code addr} may stand in it, as on the daemon's
 * command line, or in its {@code data}, as in QMP. Immutable.
 */
final class ServerStartCommand implements MonitorCommand, Engaged {

    /** The kinds of address that QMP knows. */
    enum AddressType {
        INET,
        UNIX,
        VSOCK,
        FD
    }

    private static final Option<AddressType> TYPE =
            Option.choice("addr.type", AddressType.class)
                    .required()
                    .help("kind of address to listen at: inet or unix");
    private static final Either HOST = new Either("host", "address to listen at, empty for all");
    private static final Either PORT = new Either("port", "TCP port, 0 to have one chosen");
    private static final Either PATH = new Either("path", "path of the unix socket");
    private static final Either CID = new Either("cid", "of a vsock address");
    private static final Either STR = new Either("str", "of a passed descriptor");
    private static final Option<String> TLS_CREDS =
            Option.text("tls-creds").help("refused: there is no TLS");
    private static final Option<String> TLS_AUTHZ =
            Option.text("tls-authz").help("refused: there is no TLS");
    private static final Option<Long> MAX_CONNECTIONS =
            Option.integer("max-connections")
                    .orElse(100L)
                    .help("how many clients there may be at a time, 0 for any number");
    private static final Option<Long> HANDSHAKE_SECONDS =
            Option.integer("handshake-max-seconds")
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
        return List.of(
                TYPE,
                HOST.flat,
                HOST.nested,
                PORT.flat,
                PORT.nested,
                PATH.flat,
                PATH.nested,
                CID.flat,
                CID.nested,
                STR.flat,
                STR.nested,
                TLS_CREDS,
                TLS_AUTHZ,
                MAX_CONNECTIONS,
                HANDSHAKE_SECONDS,
                LOOPBACK_PORT,
                AWAIT_EXPORT);
    }

    @Override
    public Object run(CommandCall call) throws IOException {
        OptionValues given = call.arguments();
        for (Option<String> tls : List.of(TLS_CREDS, TLS_AUTHZ)) {
            if (given.find(tls).isPresent()) {
                throw new BlockException(
                        BlockException.Kind.UNSUPPORTED,
                        "TLS is not available: leave '" + tls + "' out");
            }
        }
        service.start(
                new ServerSettings(
                        addresses(given),
                        count(given, MAX_CONNECTIONS),
                        count(given, HANDSHAKE_SECONDS),
                        given.get(AWAIT_EXPORT)),
                call.layer());
        return Map.of();
    }

    private static List<ListenAddress> addresses(OptionValues given) throws BlockException {
        List<ListenAddress> addresses = new ArrayList<>();
        addresses.add(address(given));
        Optional<Long> loopback = given.find(LOOPBACK_PORT);
        if (loopback.isPresent()) {
            addresses.add(new ListenAddress.Inet("127.0.0.1", port(loopback.get().toString())));
        }
        return addresses;
    }

    private static ListenAddress address(OptionValues given) throws BlockException {
        AddressType type = given.get(TYPE);
        return switch (type) {
            case INET -> new ListenAddress.Inet(HOST.require(given), port(PORT.require(given)));
            case UNIX -> unix(PATH.require(given));
            case VSOCK, FD ->
                    throw new BlockException(
                            BlockException.Kind.UNSUPPORTED,
                            "address type '" + Option.textOf(type) + "' is not available");
        };
    }

    private static ListenAddress unix(String path) throws BlockException {
        try {
            return new ListenAddress.Unix(Path.of(path));
        } catch (InvalidPathException wrong) {
            throw BlockException.invalid("invalid path of a socket: " + wrong.getMessage());
        }
    }

    private static int port(String text) throws BlockException {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            throw new BlockException(
                    BlockException.Kind.INVALID, "port '" + text + "' is not a number", notANumber);
        }
        throw BlockException.invalid("port '" + text + "' is not in 0..65535");
    }

    private static long count(OptionValues given, Option<Long> option) throws BlockException {
        long value = given.get(option);
        if (value < 0 || value > 0xffffffffL) {
            throw BlockException.invalid("Parameter '" + option + "' expects uint32_t");
        }
        return value;
    }

    /** A member of the address in both places where it may stand. */
    private record Either(Option<String> flat, Option<String> nested) {
        Either(String member, String help) {
            this(
                    Option.text("addr." + member).help(help),
                    Option.text("addr.data." + member).help(help));
        }

        String require(OptionValues given) throws BlockException {
            Optional<String> value = given.find(flat).or(() -> given.find(nested));
            return value.orElseThrow(
                    () -> BlockException.invalid("Parameter '" + flat + "' is missing"));
        }
    }

    @Override
    public boolean isEngaged() {
        return service.isEngaged();
    }
}
