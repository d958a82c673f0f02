package org.ashlar.drivers.nbd.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.ashlar.drivers.nbd.internal.Target.Family;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/**
 * What a node of the driver was told. Immutable.
 *
 * @param target where the server listens
 * @param export which of its exports to open
 * @param context the metadata context that block status asks for
 * @param reconnectDelay how long requests wait for a lost connection to come back
 * @param openTimeout how long the opening tries again; zero to try once
 */
record NbdOptions(
        Target target,
        String export,
        String context,
        Duration reconnectDelay,
        Duration openTimeout) {

    /** Tells holes and zeroes from data. */
    static final String BASE_ALLOCATION = "base:allocation";

    /** Returns whether a context was asked for by name: then there must be one. */
    boolean namesContext() {
        return !context.equals(BASE_ALLOCATION);
    }

    /** How a server is reached. */
    enum ServerType {
        INET,
        UNIX,
        VSOCK,
        FD
    }

    private static final long PORT_MOST = (1 << 16) - 1;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private static final Option<ServerType> TYPE =
            Option.choice("server.type", ServerType.class).help("inet or unix");
    private static final Option<String> HOST = Option.text("server.host").help("The host's name");
    private static final Option<String> PORT = Option.text("server.port").help("The port's number");
    private static final Option<String> PATH =
            Option.text("server.path").help("The path of the socket");
    private static final Option<Boolean> IPV4 =
            Option.bool("server.ipv4").help("Whether the host's IPv4 addresses are tried");
    private static final Option<Boolean> IPV6 =
            Option.bool("server.ipv6").help("Whether the host's IPv6 addresses are tried");
    private static final Option<Boolean> NUMERIC =
            Option.bool("server.numeric").help("Accepted without effect");
    private static final Option<Boolean> KEEP_ALIVE =
            Option.bool("server.keep-alive").help("Accepted without effect: it is always on");
    private static final Option<Boolean> MULTIPATH =
            Option.bool("server.mptcp").help("Refused if on");
    private static final Option<Long> TO =
            Option.unsigned("server.to", 16).help("Accepted without effect: it is for servers");
    private static final Option<Boolean> ABSTRACT =
            Option.bool("server.abstract").help("Refused if on");
    private static final Option<Boolean> TIGHT =
            Option.bool("server.tight").help("Accepted without effect: it is for abstract sockets");
    private static final Option<String> CID = Option.text("server.cid").help("Refused");
    private static final Option<String> STR = Option.text("server.str").help("Refused");
    private static final Option<String> PLAIN_HOST = Option.text("host").help("As server.host");
    private static final Option<String> PLAIN_PORT = Option.text("port").help("As server.port");
    private static final Option<String> PLAIN_PATH = Option.text("path").help("As server.path");
    private static final Option<String> EXPORT =
            Option.text("export").orElse("").help("The export's name; by default the empty name");
    private static final Option<String> TLS_CREDS =
            Option.text("tls-creds").help("Refused: connections are not encrypted");
    private static final Option<String> TLS_HOSTNAME =
            Option.text("tls-hostname").help("Refused as tls-creds");
    private static final Option<String> CONTEXT =
            Option.text("x-dirty-bitmap")
                    .orElse(BASE_ALLOCATION)
                    .help("The metadata context to ask for instead of base:allocation");
    private static final Option<Long> RECONNECT_DELAY =
            Option.unsigned("reconnect-delay", 32)
                    .orElse(0L)
                    .help("Seconds that requests wait for a lost connection to come back");
    private static final Option<Long> OPEN_TIMEOUT =
            Option.unsigned("open-timeout", 32)
                    .orElse(0L)
                    .help("Seconds that the opening tries again; 0 to try once");

    static final List<Option<?>> ALL =
            List.of(
                    TYPE,
                    HOST,
                    PORT,
                    PATH,
                    IPV4,
                    IPV6,
                    NUMERIC,
                    KEEP_ALIVE,
                    MULTIPATH,
                    TO,
                    ABSTRACT,
                    TIGHT,
                    CID,
                    STR,
                    PLAIN_HOST,
                    PLAIN_PORT,
                    PLAIN_PATH,
                    EXPORT,
                    TLS_CREDS,
                    TLS_HOSTNAME,
                    CONTEXT,
                    RECONNECT_DELAY,
                    OPEN_TIMEOUT);

    /** Reads the options. */
    static NbdOptions from(OptionValues values) throws BlockException {
        if (values.find(TLS_CREDS).isPresent() || values.find(TLS_HOSTNAME).isPresent()) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND,
                    "No TLS credentials with id '" + values.find(TLS_CREDS).orElse("") + "'");
        }
        String export = values.get(EXPORT);
        Protocol.checkText("export", export);
        String context = values.get(CONTEXT);
        Protocol.checkText("x-dirty-bitmap", context);
        return new NbdOptions(
                target(values),
                export,
                context,
                Duration.ofSeconds(values.get(RECONNECT_DELAY)),
                Duration.ofSeconds(values.get(OPEN_TIMEOUT)));
    }

    private static Target target(OptionValues values) throws BlockException {
        Optional<ServerType> type = values.find(TYPE);
        if (type.isEmpty()) {
            return plainTarget(values);
        }
        checkMembers(type.get(), values);
        refuseIfOn(MULTIPATH, values);
        refuseIfOn(ABSTRACT, values);
        return switch (type.get()) {
            case UNIX -> unix(values);
            case INET ->
                    inet(need(HOST, "host", values), need(PORT, "port", values), family(values));
            case VSOCK ->
                    throw new BlockException(
                            BlockException.Kind.UNSUPPORTED, "socket family AF_VSOCK unsupported");
            case FD -> throw BlockException.invalid("only QEMU supports file descriptor passing");
        };
    }

    /** Refuses kinds of socket that the platform's library does not make. */
    private static void refuseIfOn(Option<Boolean> option, OptionValues values)
            throws BlockException {
        if (values.find(option).orElse(false)) {
            throw BlockException.unsupported("'" + option.name() + "'");
        }
    }

    /** Refuses members that servers of the type do not have. */
    private static void checkMembers(ServerType type, OptionValues values) throws BlockException {
        List<Option<?>> own =
                switch (type) {
                    case INET ->
                            List.of(HOST, PORT, IPV4, IPV6, NUMERIC, KEEP_ALIVE, MULTIPATH, TO);
                    case UNIX -> List.of(PATH, ABSTRACT, TIGHT);
                    case VSOCK -> List.of(CID, PORT);
                    case FD -> List.of(STR);
                };
        for (Option<?> option : ALL) {
            boolean member = option.name().startsWith("server.") && option != TYPE;
            if (member && !own.contains(option) && values.find(option).isPresent()) {
                throw BlockException.invalid("Parameter '" + option.name() + "' is unexpected");
            }
        }
    }

    private static Target unix(OptionValues values) throws BlockException {
        return new Target.Unix(need(PATH, "path", values));
    }

    /** What is asked for by name is meant alone, and so is what is left when the other is not. */
    private static Family family(OptionValues values) throws BlockException {
        Optional<Boolean> four = values.find(IPV4);
        Optional<Boolean> six = values.find(IPV6);
        if (four.isPresent() && four.equals(six)) {
            if (!four.get()) {
                throw BlockException.invalid("Cannot disable IPv4 and IPv6 at same time");
            }
            return Family.ANY;
        }
        if (six.orElse(false) || !four.orElse(true)) {
            return Family.IPV6;
        }
        return four.isPresent() || six.isPresent() ? Family.IPV4 : Family.ANY;
    }

    private static Target plainTarget(OptionValues values) throws BlockException {
        Optional<String> path = values.find(PLAIN_PATH);
        Optional<String> host = values.find(PLAIN_HOST);
        if (path.isPresent() && host.isPresent()) {
            throw BlockException.invalid("path and host may not be used at the same time");
        }
        if (path.isPresent()) {
            return new Target.Unix(path.get());
        }
        if (host.isEmpty()) {
            throw BlockException.invalid("NBD server address missing");
        }
        String port = values.find(PLAIN_PORT).orElse(Target.DEFAULT_PORT);
        return inet(host.get(), port, Family.ANY);
    }

    private static String need(Option<String> option, String name, OptionValues values)
            throws BlockException {
        return values.find(option)
                .orElseThrow(() -> BlockException.invalid("Parameter '" + name + "' is missing"));
    }

    private static Target inet(String host, String port, Family family) throws BlockException {
        if (!NUMBER.matcher(port).matches()) {
            throw BlockException.invalid(
                    "address resolution failed for %s:%s: Servname not supported for ai_socktype"
                            .formatted(host, port));
        }
        if (Integer.parseInt(port) > PORT_MOST) {
            throw BlockException.invalid("port " + port + " is out of range");
        }
        return new Target.Inet(host, Integer.parseInt(port), family);
    }
}
