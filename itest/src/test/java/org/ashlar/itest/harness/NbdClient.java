package org.ashlar.itest.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A lean NBD client for tests that must know exactly what has been acknowledged: one request at a
 * time, simple replies. Confined to one thread. By the NBD protocol, sections "Newstyle
 * negotiation" and "Transmission phase".
 */
public final class NbdClient implements AutoCloseable {
    private static final long NBDMAGIC = 0x4e42444d41474943L;
    private static final long IHAVEOPT = 0x49484156454f5054L;
    private static final long OPTION_REPLY = 0x3e889045565a9L;
    private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
    private static final int OPT_GO = 7;
    private static final int REP_ACK = 1;
    private static final int REP_INFO = 3;
    private static final int REQUEST = 0x25609513;
    private static final int SIMPLE_REPLY = 0x67446698;

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;
    private long size;
    private long cookie;

    private NbdClient(SocketChannel channel) {
        this.channel = channel;
        this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
        this.out = new DataOutputStream(new WholeWrites(channel));
    }

    /** Connects to an export and negotiates. */
    public static NbdClient connect(Path socket, String export) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        NbdClient client = new NbdClient(channel);
        try {
            client.negotiate(export);
            return client;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void negotiate(String export) throws IOException {
        expect(NBDMAGIC, in.readLong(), "greeting");
        expect(IHAVEOPT, in.readLong(), "greeting");
        in.readUnsignedShort();
        byte[] name = export.getBytes(UTF_8);
        ByteBuffer go = ByteBuffer.allocate(4 + 16 + 4 + name.length + 2);
        go.putInt(FIXED_NEWSTYLE_NO_ZEROES).putLong(IHAVEOPT).putInt(OPT_GO);
        go.putInt(4 + name.length + 2).putInt(name.length).put(name).putShort((short) 0);
        out.write(go.array());
        while (true) {
            expect(OPTION_REPLY, in.readLong(), "option reply");
            expect(OPT_GO, in.readInt(), "option");
            int type = in.readInt();
            byte[] data = in.readNBytes(in.readInt());
            if (type == REP_ACK) {
                return;
            }
            if (type != REP_INFO) {
                throw new IOException("refused: " + new String(data, UTF_8));
            }
            ByteBuffer info = ByteBuffer.wrap(data);
            if (info.getShort() == 0) {
                size = info.getLong();
            }
        }
    }

    /** Returns where replies come from, for a pipe. */
    DataInputStream in() {
        return in;
    }

    /** Returns where requests go to, for a pipe. */
    DataOutputStream out() {
        return out;
    }

    /** Returns the export's length in bytes. */
    public long size() {
        return size;
    }

    /** Reads. */
    public byte[] read(long offset, int length) throws IOException {
        request(0, offset, length, new byte[0]);
        byte[] data = in.readNBytes(length);
        if (data.length < length) {
            throw new EOFException();
        }
        return data;
    }

    /** Writes. */
    public void write(long offset, byte[] data) throws IOException {
        request(1, offset, data.length, data);
    }

    /** Returns once what was acknowledged before is on stable storage. */
    public void flush() throws IOException {
        request(3, 0, 0, new byte[0]);
    }

    /** Says that a range is not needed. */
    public void trim(long offset, int length) throws IOException {
        request(4, offset, length, new byte[0]);
    }

    /** Makes a range read as zeroes. */
    public void zero(long offset, int length) throws IOException {
        request(6, offset, length, new byte[0]);
    }

    private void request(int type, long offset, int length, byte[] payload) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(28 + payload.length);
        request.putInt(REQUEST).putShort((short) 0).putShort((short) type).putLong(++cookie);
        request.putLong(offset).putInt(length).put(payload);
        out.write(request.array());
        expect(SIMPLE_REPLY, in.readInt(), "reply");
        int error = in.readInt();
        expect(cookie, in.readLong(), "cookie");
        if (error != 0) {
            throw new AssertionError("request " + type + " at " + offset + " failed with " + error);
        }
    }

    private static void expect(long expected, long found, String what) throws IOException {
        if (expected != found) {
            throw new IOException(what + " is " + Long.toHexString(found));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Writes everything it is given at once. */
    private static final class WholeWrites extends OutputStream {
        private final SocketChannel channel;

        WholeWrites(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }
}
