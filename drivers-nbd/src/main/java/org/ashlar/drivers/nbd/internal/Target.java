package org.ashlar.drivers.nbd.internal;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
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

    /** Which of a host's addresses are meant. */
    enum Family {
        ANY,
        IPV4,
        IPV6
    }

    /** A host and port. */
    record Inet(String host, int port, Family family) implements Target {
        @Override
        public List<SocketAddress> addresses() throws IOException {
            List<InetAddress> known = resolve();
            List<InetAddress> meant =
                    switch (family) {
                        case ANY -> known;
                        case IPV4 -> only(Inet4Address.class, known);
                        case IPV6 -> only(Inet6Address.class, known);
                    };
            // A host without the newer kind of address is reached by the older one, mapped.
            List<InetAddress> usable = family == Family.IPV6 && meant.isEmpty() ? known : meant;
            if (usable.isEmpty()) {
                throw failure("Address family for hostname not supported");
            }
            return usable.stream()
                    .<SocketAddress>map(address -> new InetSocketAddress(address, port))
                    .toList();
        }

        private List<InetAddress> resolve() throws IOException {
            if (host.isEmpty()) { // which is any address of this machine to the library
                throw failure("Name or service not known");
            }
            try {
                return List.of(InetAddress.getAllByName(host));
            } catch (UnknownHostException e) {
                throw new IOException(failure("Name or service not known").getMessage(), e);
            }
        }

        private static List<InetAddress> only(
                Class<? extends InetAddress> kind, List<InetAddress> known) {
            return known.stream().filter(kind::isInstance).toList();
        }

        private IOException failure(String why) {
            return new IOException("address resolution failed for " + this + ": " + why);
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
