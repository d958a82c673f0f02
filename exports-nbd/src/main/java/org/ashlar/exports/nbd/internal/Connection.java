package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.ashlar.exports.nbd.internal.session.Handshake;
import org.ashlar.exports.nbd.internal.session.Lifeline;
import org.ashlar.exports.nbd.internal.session.MalformedException;
import org.ashlar.exports.nbd.internal.session.Negotiated;
import org.ashlar.exports.nbd.internal.session.Transmission;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client, from accept to the end, on a thread of its own. Confined to that thread but for
 * {@link #end} and {@link #timeOut}.
 *
 * <ul>
 *   <li>I1: whatever the client does ends this connection alone, with one line in the log if it was
 *       wrong.
 * </ul>
 */
final class Connection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final SocketChannel channel;
    private final String peer;
    private final NbdServer server;
    private final Lifeline lifeline = new Lifeline();

    /** Written by {@link #timeOut} alone. */
    private volatile boolean timedOut;

    Connection(SocketChannel channel, String peer, NbdServer server) {
        this.channel = channel;
        this.peer = peer;
        this.server = server;
        lifeline.onEnd(this::closeChannel);
    }

    /** Disconnects the client; returns at once. */
    void end() {
        lifeline.end();
    }

    /** Disconnects a client that has not chosen an export in time. */
    void timeOut() {
        timedOut = true;
        lifeline.end();
    }

    String peer() {
        return peer;
    }

    @Override
    public void run() {
        try {
            Optional<Negotiated> negotiated = shakeHands();
            if (negotiated.isPresent()) {
                server.serve(this, negotiated.get());
            }
        } catch (MalformedException wrong) { // I1
            LOG.warn("NBD client {} disconnected: {}", peer, printable(wrong));
        } catch (IOException gone) {
            if (timedOut) {
                LOG.warn("NBD client {} disconnected: it chose no export in time", peer);
            } else {
                LOG.debug("NBD client {} has gone", peer, gone);
            }
        } catch (RuntimeException failure) {
            LOG.error("NBD client {} disconnected by an internal error", peer, failure);
        } finally {
            lifeline.end();
            server.ended(this);
        }
    }

    private Optional<Negotiated> shakeHands() throws IOException {
        Runnable cancelDeadline = server.startDeadline(this);
        try {
            return new Handshake(channel, server.offers(), lifeline, peer).run();
        } finally {
            cancelDeadline.run();
        }
    }

    /** Serves the chosen export until the client leaves. */
    void transmit(Negotiated negotiated) throws IOException {
        new Transmission(channel, negotiated, lifeline, peer).run();
    }

    /** What a client chose to send stays on one line. */
    private static String printable(MalformedException wrong) {
        String message = String.valueOf(wrong.getMessage());
        String line = message.replaceAll("\\p{Cntrl}", "?");
        return line.length() > 200 ? line.substring(0, 200) + "..." : line;
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException failure) {
            LOG.debug("closing the socket of NBD client {}", peer, failure);
        }
    }
}
