package org.ashlar.drivers.nbd.internal;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Makes one connection to a server within a limit. Stateless. */
final class Connecting {
    private static final long POLL_MILLIS = 100;

    private Connecting() {}

    /** Says whether whoever wants the connection still does. */
    interface Wanted {
        /**
         * Returns normally if so.
         *
         * @throws IOException why it is wanted no more
         */
        void check() throws IOException;
    }

    /**
     * Connects and agrees on the export; tries each address of the server in turn.
     *
     * @param onLost told once, on any thread, when the connection has ended by itself
     */
    static Connection connect(
            NbdOptions options, Duration limit, Wanted wanted, Consumer<Connection> onLost)
            throws IOException {
        IOException failure = new IOException("no address of '" + options.target() + "'");
        for (SocketAddress address : options.target().addresses()) {
            wanted.check();
            try {
                return connect(address, options, new Guard(limit, wanted), onLost);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static Connection connect(
            SocketAddress address, NbdOptions options, Guard guard, Consumer<Connection> onLost)
            throws IOException {
        SocketChannel channel = options.target().newChannel();
        Wire wire = new Wire(channel);
        boolean agreed = false;
        guard.watch(wire);
        try {
            connect(channel, address, options);
            Export export = Handshake.run(wire, options);
            guard.end();
            agreed = true;
            return Connection.start(wire, export, options.target().toString(), onLost);
        } catch (ClosedChannelException e) {
            throw guard.reason(e);
        } finally {
            guard.end();
            if (!agreed) {
                wire.close();
            }
        }
    }

    private static void connect(SocketChannel channel, SocketAddress address, NbdOptions options)
            throws IOException {
        try {
            channel.connect(address);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new IOException(
                    "Failed to connect to '%s': %s".formatted(options.target(), e.getMessage()), e);
        }
    }

    /**
     * Closes a wire if agreeing takes too long or is wanted no more. Shared with its own thread.
     */
    private static final class Guard {
        private final Duration limit;
        private final Wanted wanted;
        private final CountDownLatch ended = new CountDownLatch(1);

        /** Why it closed the wire; written by its thread before it does. */
        private volatile IOException reason = new IOException("the connection was closed");

        Guard(Duration limit, Wanted wanted) {
            this.limit = limit;
            this.wanted = wanted;
        }

        void watch(Wire wire) {
            long end = System.nanoTime() + limit.toNanos();
            Thread.ofVirtual()
                    .name("nbd handshake limit")
                    .start(() -> {
                        if (!isDoneBy(end)) {
                            wire.close();
                        }
                    });
        }

        private boolean isDoneBy(long end) {
            try {
                while (!ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    wanted.check();
                    if (System.nanoTime() - end >= 0) {
                        throw new IOException(
                                "the server did not answer within "
                                        + limit.toMillis() / 1000.0
                                        + " s");
                    }
                }
                return true;
            } catch (IOException e) {
                reason = e;
                return false;
            } catch (InterruptedException e) {
                throw new IllegalStateException("a thread was interrupted at nbd", e);
            }
        }

        IOException reason(ClosedChannelException closed) {
            IOException why = reason;
            why.addSuppressed(closed);
            return why;
        }

        void end() {
            ended.countDown();
        }
    }
}
