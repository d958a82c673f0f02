package org.ashlar.drivers.nbd.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A socket with a buffer for what comes in. Confined: reading to one thread, writing to one at a
 * time; {@link #close} may be called by any and ends both. Big-endian, as the protocol is.
 */
final class Wire implements AutoCloseable {
    private static final int BUFFER = 1 << 18;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).flip();

    Wire(SocketChannel channel) {
        this.channel = channel;
    }

    /** Takes bytes of a longer run as they come in. */
    interface Sink {
        /** Takes all of {@code part}, which follows what it took before. */
        void take(ByteBuffer part) throws IOException;
    }

    int u16() throws IOException {
        need(Short.BYTES);
        return Short.toUnsignedInt(in.getShort());
    }

    int i32() throws IOException {
        need(Integer.BYTES);
        return in.getInt();
    }

    long u32() throws IOException {
        return Integer.toUnsignedLong(i32());
    }

    long i64() throws IOException {
        need(Long.BYTES);
        return in.getLong();
    }

    byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        int[] at = new int[1];
        read(
                count,
                part -> {
                    int length = part.remaining();
                    part.get(bytes, at[0], length);
                    at[0] += length;
                });
        return bytes;
    }

    void skip(long count) throws IOException {
        read(count, part -> part.position(part.limit()));
    }

    /** Hands exactly {@code count} bytes to the sink, in as many parts as they come in. */
    void read(long count, Sink sink) throws IOException {
        long left = count;
        while (left > 0) {
            need(1);
            int length = (int) Math.min(left, in.remaining());
            sink.take(in.slice(in.position(), length));
            in.position(in.position() + length);
            left -= length;
        }
    }

    private void need(int count) throws IOException {
        if (in.remaining() >= count) {
            return;
        }
        in.compact();
        try {
            while (in.position() < count) {
                if (channel.read(in) < 0) {
                    throw new EOFException("the server closed the connection");
                }
            }
        } finally {
            in.flip();
        }
    }

    /** Writes all of the buffers, gathered. */
    void write(ByteBuffer... parts) throws IOException {
        ByteBuffer last = parts[parts.length - 1];
        do {
            channel.write(parts);
        } while (last.hasRemaining() || parts[0].hasRemaining());
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            return; // closed for good in any case, and nothing was promised about it
        }
    }
}
