package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.ashlar.spi.BlockException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a server listens. Immutable. */
sealed interface ListenAddress {

    Logger LOG = LoggerFactory.getLogger("nbd server");

    /** The lengths of addresses in bytes. */
    int IPV4_BYTES = 4;

    int IPV6_BYTES = 16;

    /** Connections that may wait to be accepted. */
    int BACKLOG = 128;

    /** Starts to listen. */
    ServerSocketChannel listen() throws IOException;

    /** Takes away what listening left behind. */
    void cleanUp() throws IOException;

    /** Returns the address as QMP writes it, with what the system chose. */
    Map<String, Object> describe(SocketAddress bound);

    /** Which of a host's addresses are meant. */
    enum Family {
        ANY,
        IPV4,
        IPV6
    }

    /**
     * A TCP address.
     *
     * @param host a name or number, empty for all of the machine's
     * @param port the port, 0 to have one chosen
     * @param lastPort the last port to try; below {@code port} if there is but one
     * @param family which of the host's addresses it may be
     */
    record Inet(String host, int port, int lastPort, Family family) implements ListenAddress {

        /** Returns an address of any family with one port. */
        static Inet of(String host, int port) {
            return new Inet(host, port, port, Family.ANY);
        }

        @Override
        public ServerSocketChannel listen() throws IOException {
            InetAddress address = resolve();
            for (int next = port; next < lastPort; next++) {
                try {
                    return bind(address, next);
                } catch (BlockException taken) {
                    LOG.debug("port {} is not free: {}", next, taken.getMessage());
                }
            }
            return bind(address, Math.max(port, lastPort));
        }

        private ServerSocketChannel bind(InetAddress address, int to) throws IOException {
            ServerSocketChannel channel =
                    family == Family.IPV4
                            ? ServerSocketChannel.open(StandardProtocolFamily.INET)
                            : ServerSocketChannel.open();
            return ListenAddress.bind(channel, new InetSocketAddress(address, to), Inet::failure);
        }

        private static String failure(String reason) {
            return reason.equals("Address already in use")
                    ? "Failed to find an available port: " + reason
                    : "Failed to bind socket: " + reason;
        }

        private InetAddress resolve() throws IOException {
            if (host.isEmpty()) {
                return switch (family) {
                    case ANY -> new InetSocketAddress(0).getAddress();
                    case IPV4 -> InetAddress.getByAddress(new byte[IPV4_BYTES]);
                    case IPV6 -> InetAddress.getByAddress(new byte[IPV6_BYTES]);
                };
            }
            try {
                for (InetAddress address : InetAddress.getAllByName(host)) {
                    boolean four = address instanceof Inet4Address;
                    if (family == Family.ANY || four == (family == Family.IPV4)) {
                        return address;
                    }
                }
            } catch (UnknownHostException unknown) {
                throw unresolved("Name or service not known", unknown);
            }
            throw unresolved(
                    "Address family for hostname not supported", new UnknownHostException(host));
        }

        private BlockException unresolved(String why, UnknownHostException cause) {
            return new BlockException(
                    BlockException.Kind.NOT_FOUND,
                    "address resolution failed for %s:%d: %s".formatted(host, port, why),
                    cause);
        }

        @Override
        public void cleanUp() {}

        @Override
        public Map<String, Object> describe(SocketAddress bound) {
            InetSocketAddress inet = (InetSocketAddress) bound;
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("type", "inet");
            members.put("host", inet.getAddress().getHostAddress());
            members.put("port", Integer.toString(inet.getPort()));
            return members;
        }
    }

    /**
     * A socket in the file system; a socket that is there already is replaced, any other file is
     * not.
     *
     * @param path its path
     */
    record Unix(Path path) implements ListenAddress {

        @Override
        public ServerSocketChannel listen() throws IOException {
            removeSocket();
            return bind(
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX),
                    UnixDomainSocketAddress.of(path),
                    reason ->
                            reason.equals("Unix domain path too long")
                                    ? "UNIX socket path '" + path + "' is too long"
                                    : "Failed to bind socket to " + path + ": " + reason);
        }

        @Override
        public void cleanUp() throws IOException {
            removeSocket();
        }

        private void removeSocket() throws IOException {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && Files.readAttributes(
                                    path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .isOther()) {
                Files.deleteIfExists(path);
            }
        }

        @Override
        public Map<String, Object> describe(SocketAddress bound) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("type", "unix");
            members.put("path", path.toString());
            return members;
        }
    }

    private static ServerSocketChannel bind(
            ServerSocketChannel channel, SocketAddress address, UnaryOperator<String> message)
            throws IOException {
        try {
            return channel.bind(address, BACKLOG);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw new BlockException(
                    BlockException.Kind.IO,
                    message.apply(String.valueOf(failure.getMessage())),
                    failure);
        }
    }
}
