package org.ashlar.exports.nbd.internal;

import java.io.IOException;
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

/** Where a server listens. Immutable. */
sealed interface ListenAddress {

    /** Connections that may wait to be accepted. */
    int BACKLOG = 128;

    /** Starts to listen. */
    ServerSocketChannel listen() throws IOException;

    /** Takes away what listening left behind. */
    void cleanUp() throws IOException;

    /** Returns the address as QMP writes it, with what the system chose. */
    Map<String, Object> describe(SocketAddress bound);

    /**
     * A TCP address.
     *
     * @param host a name or number, empty for all of the machine's
     * @param port the port, 0 to have one chosen
     */
    record Inet(String host, int port) implements ListenAddress {

        @Override
        public ServerSocketChannel listen() throws IOException {
            InetSocketAddress address = new InetSocketAddress(resolve(), port);
            return bind(ServerSocketChannel.open(), address, Inet::failure);
        }

        private static String failure(String reason) {
            return reason.equals("Address already in use")
                    ? "Failed to find an available port: " + reason
                    : "Failed to bind socket: " + reason;
        }

        private InetAddress resolve() throws IOException {
            try {
                return host.isEmpty()
                        ? new InetSocketAddress(0).getAddress()
                        : InetAddress.getByName(host);
            } catch (UnknownHostException unknown) {
                throw new BlockException(
                        BlockException.Kind.NOT_FOUND,
                        "address resolution failed for "
                                + host
                                + ":"
                                + port
                                + ": Name or service not known",
                        unknown);
            }
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
                    reason -> "Failed to bind socket to " + path + ": " + reason);
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
