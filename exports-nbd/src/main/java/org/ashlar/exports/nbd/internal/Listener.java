package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One address that the server listens at, and the thread that accepts there. Thread-safe. */
final class Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    /** After a failed accept, such as for want of descriptors. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ListenAddress address;
    private final ServerSocketChannel channel;
    private final SocketAddress bound;

    private Listener(ListenAddress address, ServerSocketChannel channel) throws IOException {
        this.address = address;
        this.channel = channel;
        this.bound = channel.getLocalAddress();
    }

    /** Opens the listening socket; nothing is accepted yet. */
    static Listener open(ListenAddress address) throws IOException {
        return new Listener(address, address.listen());
    }

    /** Returns the address that clients reach it at. */
    SocketAddress bound() {
        return bound;
    }

    /** Returns that address as QMP writes it. */
    Map<String, Object> describe() {
        return address.describe(bound);
    }

    /** Accepts one client and hands it to the server. */
    void acceptOne(NbdServer server, int number) {
        try {
            SocketChannel client = channel.accept();
            boolean started = false;
            try {
                started = server.start(new Connection(client, prepare(client, number), server));
            } finally {
                if (!started) {
                    client.close();
                }
            }
        } catch (ClosedChannelException stopped) {
            LOG.debug("the NBD server no longer listens");
        } catch (IOException failure) {
            LOG.warn("the NBD server could not accept a client: {}", failure.getMessage());
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Returns what the log calls the client. */
    private String prepare(SocketChannel client, int number) throws IOException {
        if (address instanceof ListenAddress.Unix unix) {
            return unix.path() + "#" + number;
        }
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return String.valueOf(client.getRemoteAddress());
    }

    /** Accepts nobody any more. */
    void close() throws IOException {
        channel.close();
        address.cleanUp();
    }
}
