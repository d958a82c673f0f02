package org.ashlar.exports.nbd.internal.session;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Reads options and writes replies to them; takes no byte too many. Confined to one thread. */
final class HandshakeStream {
    private final SocketChannel channel;

    HandshakeStream(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Returns the next {@code length} bytes.
     *
     * @throws EOFException if the client has left
     */
    ByteBuffer read(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the client left during the handshake");
            }
        }
        return bytes.flip();
    }

    /** Writes a message; waits until the socket has taken it. */
    void write(ByteBuffer message) throws IOException {
        while (message.hasRemaining()) {
            channel.write(message);
        }
    }

    /** Answers an option, section "Fixed newstyle negotiation". */
    void reply(int option, int type, byte[] data) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(20 + data.length);
        out.putLong(Wire.OPTION_REPLY_MAGIC).putInt(option).putInt(type).putInt(data.length);
        write(out.put(data).flip());
    }

    /** Accepts an option, or ends the list of replies to it. */
    void acknowledge(int option) throws IOException {
        reply(option, Wire.REP_ACK, new byte[0]);
    }

    /** Refuses an option with a line for people. */
    void refuse(int option, int error, String message) throws IOException {
        reply(option, error, message.getBytes(StandardCharsets.UTF_8));
    }
}
