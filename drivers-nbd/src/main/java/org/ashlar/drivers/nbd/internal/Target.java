package org.ashlar.drivers.nbd.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Where a server listens. Immutable; its text is how messages name it. */
sealed interface Target {

    /** The port that IANA gave to NBD. */
    String DEFAULT_PORT = "10809";

    /** Returns the addresses to try, in order; may block on name resolution. */
    List<SocketAddress> addresses() throws IOException;

    /** Returns a channel to connect. */
    SocketChannel newChannel() throws IOException;

    /** A socket in the file system. */
    record Unix(String path) implements Target {
        @Override
        public List<SocketAddress> addresses() throws IOException {
            try {
                return List.of(UnixDomainSocketAddress.of(path));
            } catch (IllegalArgumentException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public SocketChannel newChannel() throws IOException {
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        }

        @Override
        public String toString() {
            return path;
        }
    }

    /** A host and port. */
    record Inet(String host, int port) implements Target {
        @Override
        public List<SocketAddress> addresses() throws IOException {
            List<SocketAddress> all = new ArrayList<>();
            try {
                for (InetAddress address : InetAddress.getAllByName(host)) {
                    all.add(new InetSocketAddress(address, port));
                }
            } catch (UnknownHostException e) {
                throw new IOException("address resolution failed for " + this, e);
            }
            return all;
        }

        @Override
        public SocketChannel newChannel() throws IOException {
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            return channel;
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }
}
