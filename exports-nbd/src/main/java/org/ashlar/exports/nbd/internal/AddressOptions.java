package org.ashlar.exports.nbd.internal;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ashlar.exports.nbd.internal.ListenAddress.Family;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.option.Option;

/**
 * Reads where a server is to listen, QMP {@code SocketAddressLegacy}. Its members may stand in
 * {@code addr}, as on the daemon's command line, or in its {@code data}, as in QMP. Immutable.
 *
 * @param call the command that was given
 */
record AddressOptions(CommandCall call) {
    private static final int PORT_MOST = 65535;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

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
    private static final Either<String> HOST =
            Either.of("host", Option::text, "address to listen at, empty for all");
    private static final Either<String> PORT =
            Either.of("port", Option::text, "TCP port, 0 to have one chosen");
    private static final Either<Long> TO =
            Either.of(
                    "to",
                    name -> Option.unsigned(name, 16),
                    "last of the ports to try, from port on");
    private static final Either<Boolean> IPV4 =
            Either.of("ipv4", Option::bool, "whether the host's IPv4 addresses will do");
    private static final Either<Boolean> IPV6 =
            Either.of("ipv6", Option::bool, "whether the host's IPv6 addresses will do");
    private static final Either<Boolean> NUMERIC =
            Either.of("numeric", Option::bool, "accepted without effect");
    private static final Either<Boolean> KEEP_ALIVE =
            Either.of("keep-alive", Option::bool, "accepted without effect");
    private static final Either<Boolean> MULTIPATH =
            Either.of("mptcp", Option::bool, "refused if on");
    private static final Either<String> PATH =
            Either.of("path", Option::text, "path of the unix socket");
    private static final Either<Boolean> ABSTRACT =
            Either.of("abstract", Option::bool, "refused if on");
    private static final Either<Boolean> TIGHT =
            Either.of("tight", Option::bool, "accepted: it is for abstract sockets");
    private static final Either<String> CID = Either.of("cid", Option::text, "of a vsock address");
    private static final Either<String> STR =
            Either.of("str", Option::text, "of a passed descriptor");

    /** What may be said of an address. */
    static final List<Option<?>> ALL =
            Stream.concat(
                            Stream.of(TYPE),
                            Stream.of(
                                            HOST,
                                            PORT,
                                            TO,
                                            IPV4,
                                            IPV6,
                                            NUMERIC,
                                            KEEP_ALIVE,
                                            MULTIPATH,
                                            PATH,
                                            ABSTRACT,
                                            TIGHT,
                                            CID,
                                            STR)
                                    .flatMap(member -> Stream.of(member.flat, member.nested)))
                    .<Option<?>>map(option -> option)
                    .toList();

    /** Returns the address. */
    ListenAddress address() throws BlockException {
        refuseIfOn(MULTIPATH);
        refuseIfOn(ABSTRACT);
        return switch (call.arguments().get(TYPE)) {
            case INET -> inet();
            case UNIX -> unix(require(PATH));
            case VSOCK ->
                    throw new BlockException(
                            BlockException.Kind.UNSUPPORTED, "socket family AF_VSOCK unsupported");
            case FD -> throw BlockException.invalid("only QEMU supports file descriptor passing");
        };
    }

    private ListenAddress inet() throws BlockException {
        String host = require(HOST);
        int port = port(host, require(PORT));
        int to = find(TO).orElse(0L).intValue();
        return new ListenAddress.Inet(host, port, to, family());
    }

    /** What is asked for by name is meant alone, and so is what is left when the other is not. */
    private Family family() throws BlockException {
        Optional<Boolean> four = find(IPV4);
        Optional<Boolean> six = find(IPV6);
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

    private static ListenAddress unix(String path) throws BlockException {
        try {
            return new ListenAddress.Unix(Path.of(path));
        } catch (InvalidPathException wrong) {
            throw BlockException.invalid("invalid path of a socket: " + wrong.getMessage());
        }
    }

    /** Reads a port; {@code host} is for the message. */
    static int port(String host, String text) throws BlockException {
        if (!NUMBER.matcher(text).matches()) {
            throw BlockException.invalid(
                    "address resolution failed for %s:%s: Servname not supported for ai_socktype"
                            .formatted(host, text));
        }
        if (Integer.parseInt(text) > PORT_MOST) {
            throw BlockException.invalid("port '" + text + "' is not in 0..65535");
        }
        return Integer.parseInt(text);
    }

    /** Refuses kinds of socket that the platform's library does not make. */
    private void refuseIfOn(Either<Boolean> member) throws BlockException {
        if (find(member).orElse(false)) {
            throw BlockException.unsupported("'" + place(member) + "'");
        }
    }

    private <T> Optional<T> find(Either<T> member) {
        return call.arguments().find(member.flat).or(() -> call.arguments().find(member.nested));
    }

    private <T> T require(Either<T> member) throws BlockException {
        return find(member)
                .orElseThrow(() ->
                        BlockException.invalid("Parameter '" + place(member) + "' is missing"));
    }

    /** Returns what a member that is not there is missed as. */
    private String place(Either<?> member) {
        if (call.tree().isText()) {
            return member.flat.name();
        }
        boolean hasData = call.tree().subtree("addr").filter(addr -> addr.has("data")).isPresent();
        return hasData ? member.nested.name() : "addr.data";
    }

    /** A member of the address in both places where it may stand. */
    private record Either<T>(Option<T> flat, Option<T> nested) {
        static <T> Either<T> of(String member, Function<String, Option<T>> type, String help) {
            return new Either<>(
                    type.apply("addr." + member).help(help),
                    type.apply("addr.data." + member).help(help));
        }
    }
}
