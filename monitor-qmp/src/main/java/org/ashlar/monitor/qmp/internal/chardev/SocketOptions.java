package org.ashlar.monitor.qmp.internal.chardev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/**
 * A socket as {@code --chardev socket} describes it. Immutable.
 *
 * @param path a unix socket's file
 * @param host a TCP socket's host
 * @param port its port
 * @param server whether clients connect to it, rather than it to a server
 * @param waits whether opening it waits for the first client
 * @param reconnect after how many seconds a client connects again, 0 for never
 */
record SocketOptions(
        Optional<Path> path, String host, int port, boolean server, boolean waits, long reconnect) {

    private static final int BACKLOG = 16;
    private static final int MAX_PORT = 65535;

    private static final Option<String> PATH = Option.text("path");
    private static final Option<String> HOST = Option.text("host");
    private static final Option<String> PORT = Option.text("port");
    private static final Option<Boolean> SERVER = Option.bool("server").orElse(false);
    private static final Option<Boolean> WAIT = Option.bool("wait");
    private static final Option<Long> RECONNECT = Option.integer("reconnect").orElse(0L);
    private static final Option<Boolean> NO_DELAY = Option.bool("nodelay");

    /** What may be said of a socket. */
    static final Collection<Option<?>> ALL =
            List.of(PATH, HOST, PORT, SERVER, WAIT, RECONNECT, NO_DELAY);

    /** Reads and checks a description. */
    static SocketOptions of(OptionTree device) throws BlockException {
        OptionValues values = OptionValues.check(ALL, device.without("id", "backend", "signal"));
        Optional<String> path = values.find(PATH);
        if (path.isPresent() == values.find(HOST).isPresent()) {
            throw BlockException.invalid("None or one of 'path', 'fd' or 'host' option required.");
        }
        boolean server = values.get(SERVER);
        if (!server && values.find(WAIT).isPresent()) {
            throw BlockException.invalid(
                    "'wait' option is incompatible with socket in client connect mode");
        }
        if (server && values.get(RECONNECT) != 0) {
            throw BlockException.invalid(
                    "'reconnect' option is incompatible with socket in server listen mode");
        }
        return new SocketOptions(
                path.map(Path::of),
                values.find(HOST).orElse(""),
                path.isPresent() ? 0 : port(values),
                server,
                server && values.find(WAIT).orElse(true),
                values.get(RECONNECT));
    }

    private static int port(OptionValues values) throws BlockException {
        String port =
                values.find(PORT)
                        .orElseThrow(
                                () -> BlockException.invalid("chardev: socket: no port given"));
        try {
            int number = Integer.parseInt(port);
            if (number >= 0 && number <= MAX_PORT) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new BlockException(
                    BlockException.Kind.INVALID, "'" + port + "' is no port", notANumber);
        }
        throw BlockException.invalid("'" + port + "' is no port");
    }

    /** Returns the address as the reference prints it. */
    String describe() {
        return path.map(file -> "unix:" + file).orElse("tcp:" + host + ":" + port);
    }

    /** Listens. */
    ServerSocketChannel bind() throws IOException {
        ServerSocketChannel channel =
                path.isPresent()
                        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        : ServerSocketChannel.open();
        try {
            if (path.isPresent()) {
                removeStale(path.get());
            } else {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            channel.bind(address(), BACKLOG);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw failed("Failed to bind socket to " + where(), e);
        }
    }

    /** Connects. */
    SocketChannel connect() throws IOException {
        try {
            return SocketChannel.open(address());
        } catch (IOException e) {
            throw failed("Failed to connect to '" + where() + "'", e);
        }
    }

    /** A socket file that a program left behind gives way; any other file does not. */
    private static void removeStale(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            Files.delete(file);
        }
    }

    private SocketAddress address() throws IOException {
        if (path.isPresent()) {
            return UnixDomainSocketAddress.of(path.get());
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND,
                    "address resolution failed for " + where() + ": Name or service not known",
                    e);
        }
    }

    private String where() {
        return path.map(Path::toString).orElse(host + ":" + port);
    }

    private IOException failed(String what, IOException cause) {
        if (cause instanceof BlockException) {
            return cause;
        }
        boolean missing =
                cause instanceof NoSuchFileException
                        || path.filter(file -> !parentExists(file)).isPresent()
                        || (!server && path.filter(file -> !Files.exists(file)).isPresent());
        String reason = missing ? "No such file or directory" : cause.getMessage();
        return new BlockException(BlockException.Kind.IO, what + ": " + reason, cause);
    }

    private static boolean parentExists(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent != null && Files.isDirectory(parent);
    }
}
