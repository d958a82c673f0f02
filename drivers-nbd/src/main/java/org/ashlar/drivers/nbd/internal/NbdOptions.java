package org.ashlar.drivers.nbd.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

    private static final long SECONDS_MOST = 1L << 31;

    private static final Option<ServerType> TYPE =
            Option.choice("server.type", ServerType.class).help("inet or unix");
    private static final Option<String> HOST = Option.text("server.host").help("The host's name");
    private static final Option<String> PORT = Option.text("server.port").help("The port's number");
    private static final Option<String> PATH =
            Option.text("server.path").help("The path of the socket");
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
            Option.integer("reconnect-delay")
                    .orElse(0L)
                    .help("Seconds that requests wait for a lost connection to come back");
    private static final Option<Long> OPEN_TIMEOUT =
            Option.integer("open-timeout")
                    .orElse(0L)
                    .help("Seconds that the opening tries again; 0 to try once");

    static final List<Option<?>> ALL =
            List.of(
                    TYPE,
                    HOST,
                    PORT,
                    PATH,
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
            throw BlockException.unsupported("nbd over TLS ('tls-creds')");
        }
        String export = values.get(EXPORT);
        Protocol.checkText("export", export);
        String context = values.get(CONTEXT);
        Protocol.checkText("x-dirty-bitmap", context);
        return new NbdOptions(
                target(values),
                export,
                context,
                seconds(RECONNECT_DELAY, values),
                seconds(OPEN_TIMEOUT, values));
    }

    private static Duration seconds(Option<Long> option, OptionValues values)
            throws BlockException {
        long seconds = values.get(option);
        if (seconds < 0 || seconds > SECONDS_MOST) {
            throw BlockException.invalid(
                    "Parameter '%s' expects a number of seconds".formatted(option.name()));
        }
        return Duration.ofSeconds(seconds);
    }

    private static Target target(OptionValues values) throws BlockException {
        Optional<ServerType> type = values.find(TYPE);
        if (type.isEmpty()) {
            return plainTarget(values);
        }
        return switch (type.get()) {
            case UNIX -> new Target.Unix(need(PATH, "path", values));
            case INET -> inet(need(HOST, "host", values), need(PORT, "port", values));
            case VSOCK, FD ->
                    throw BlockException.unsupported(
                            "nbd to a server of type '" + Option.textOf(type.get()) + "'");
        };
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
        return inet(host.get(), values.find(PLAIN_PORT).orElse(Target.DEFAULT_PORT));
    }

    private static String need(Option<String> option, String name, OptionValues values)
            throws BlockException {
        return values.find(option)
                .orElseThrow(() -> BlockException.invalid("Parameter '" + name + "' is missing"));
    }

    private static Target inet(String host, String port) throws BlockException {
        try {
            int number = Integer.parseInt(port);
            if (number > 0 && number < 1 << 16) {
                return new Target.Inet(host, number);
            }
        } catch (NumberFormatException e) {
            throw new BlockException(
                    BlockException.Kind.INVALID, "port '" + port + "' is no number", e);
        }
        throw BlockException.invalid("port " + port + " is out of range");
    }
}
