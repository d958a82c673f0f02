package org.ashlar.exports.nbd.internal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Speaks NBD byte by byte as the specification says, right or wrong as the test wants. All numbers
 * here are the specification's. Confined to one thread.
 */
final class WireClient implements AutoCloseable {
    static final int FIXED = 1;
    static final int NO_ZEROES = 2;
    static final int ACK = 1;
    static final int ERR_UNSUP = 0x80000001;
    static final int ERR_POLICY = 0x80000002;
    static final int ERR_INVALID = 0x80000003;
    static final int ERR_UNKNOWN = 0x80000006;
    static final int ERR_EXT_HEADER = 0x8000000a;

    final SocketChannel channel;
    final DataInputStream in;
    final DataOutputStream out;
    boolean structured;
    boolean extended;
    long size;
    int flags;

    /** A reply to an option. */
    record OptionReply(int option, int type, ByteBuffer data) {
        ByteBuffer buffer() {
            return data.duplicate();
        }
    }

    /** A reply to a request: a simple one has type -1. */
    record Message(int type, int flags, int error, long cookie, long offset, ByteBuffer data) {
        boolean done() {
            return type == -1 || (flags & 1) != 0;
        }

        ByteBuffer buffer() {
            return data.duplicate();
        }
    }

    private WireClient(SocketChannel channel) {
        this.channel = channel;
        this.in = new DataInputStream(Channels.newInputStream(channel));
        this.out = new DataOutputStream(Channels.newOutputStream(channel));
    }

    static WireClient connect(SocketAddress address) throws IOException {
        return new WireClient(SocketChannel.open(address));
    }

    /** Reads the server's greeting and answers it. */
    WireClient hello(int clientFlags) throws IOException {
        expect(0x4e42444d41474943L, in.readLong());
        expect(0x49484156454F5054L, in.readLong());
        expect(3, in.readUnsignedShort());
        out.writeInt(clientFlags);
        return this;
    }

    void option(int option, byte[] data) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(16 + data.length);
        head.putLong(0x49484156454F5054L).putInt(option).putInt(data.length).put(data);
        out.write(head.array());
    }

    OptionReply optionReply() throws IOException {
        expect(0x3e889045565a9L, in.readLong());
        int option = in.readInt();
        int type = in.readInt();
        return new OptionReply(option, type, ByteBuffer.wrap(in.readNBytes(in.readInt())));
    }

    /** Sends an option and returns all replies to it, the last one included. */
    List<OptionReply> ask(int option, byte[] data) throws IOException {
        option(option, data);
        List<OptionReply> replies = new ArrayList<>();
        do {
            replies.add(optionReply());
            expect(option, replies.getLast().option);
        } while (replies.getLast().type > 1);
        return replies;
    }

    WireClient structured() throws IOException {
        expect(ACK, ask(8, new byte[0]).getLast().type);
        structured = true;
        return this;
    }

    WireClient extended() throws IOException {
        expect(ACK, ask(11, new byte[0]).getLast().type);
        extended = true;
        return this;
    }

    /** Data of NBD_OPT_INFO and NBD_OPT_GO. */
    static byte[] info(String name, int... wanted) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(6 + text.length + 2 * wanted.length);
        data.putInt(text.length).put(text).putShort((short) wanted.length);
        for (int each : wanted) {
            data.putShort((short) each);
        }
        return data.array();
    }

    /** Data of NBD_OPT_LIST_META_CONTEXT and NBD_OPT_SET_META_CONTEXT. */
    static byte[] queries(String name, String... queries) {
        ByteBuffer data = ByteBuffer.allocate(4096);
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        data.putInt(text.length).put(text).putInt(queries.length);
        for (String query : queries) {
            byte[] bytes = query.getBytes(StandardCharsets.UTF_8);
            data.putInt(bytes.length).put(bytes);
        }
        byte[] exact = new byte[data.position()];
        data.flip().get(exact);
        return exact;
    }

    /** Enters the transmission phase. */
    WireClient go(String name) throws IOException {
        List<OptionReply> replies = ask(7, info(name));
        expect(ACK, replies.getLast().type);
        for (OptionReply reply : replies) {
            ByteBuffer data = reply.buffer();
            if (reply.type == 3 && data.getShort() == 0) {
                size = data.getLong();
                flags = data.getShort() & 0xffff;
            }
        }
        return this;
    }

    WireClient begin(String mode) throws IOException {
        hello(FIXED | NO_ZEROES);
        return switch (mode) {
            case "simple" -> go("");
            case "structured" -> structured().go("");
            default -> extended().go("");
        };
    }

    void send(int type, int commandFlags, long cookie, long offset, long length)
            throws IOException {
        send(type, commandFlags, cookie, offset, length, new byte[0]);
    }

    void send(int type, int commandFlags, long cookie, long offset, long length, byte[] payload)
            throws IOException {
        ByteBuffer head = ByteBuffer.allocate(32 + payload.length);
        head.putInt(extended ? 0x21e41c71 : 0x25609513);
        head.putShort((short) commandFlags).putShort((short) type);
        head.putLong(cookie).putLong(offset);
        if (extended) {
            head.putLong(length);
        } else {
            head.putInt((int) length);
        }
        head.put(payload);
        out.write(head.array(), 0, head.position());
    }

    void read(long cookie, long offset, long length) throws IOException {
        send(0, 0, cookie, offset, length);
    }

    void write(long cookie, long offset, byte[] data, int commandFlags) throws IOException {
        send(1, commandFlags | (extended ? 32 : 0), cookie, offset, data.length, data);
    }

    /** Takes one message; {@code dataLength} is what a simple reply without error carries. */
    Message message(int dataLength) throws IOException {
        int magic = in.readInt();
        return switch (magic) {
            case 0x67446698 -> simple(dataLength);
            case 0x668e33ef -> {
                if (!structured || extended) {
                    throw new AssertionError("a structured reply that was not negotiated");
                }
                yield chunk(false);
            }
            case 0x6e8a278c -> {
                if (!extended) {
                    throw new AssertionError("an extended reply that was not negotiated");
                }
                yield chunk(true);
            }
            default -> throw new AssertionError("magic 0x%08x of a reply".formatted(magic));
        };
    }

    private Message simple(int dataLength) throws IOException {
        if (extended) {
            throw new AssertionError("a simple reply in the extended style");
        }
        int error = in.readInt();
        long cookie = in.readLong();
        byte[] data = error == 0 ? in.readNBytes(dataLength) : new byte[0];
        return new Message(-1, 0, error, cookie, 0, ByteBuffer.wrap(data));
    }

    private Message chunk(boolean wide) throws IOException {
        int chunkFlags = in.readUnsignedShort();
        int type = in.readUnsignedShort();
        long cookie = in.readLong();
        long offset = wide ? in.readLong() : 0;
        long length = wide ? in.readLong() : in.readInt();
        ByteBuffer data = ByteBuffer.wrap(in.readNBytes((int) length));
        int error = (type & 0x8000) != 0 ? data.getInt(0) : 0;
        return new Message(type, chunkFlags, error, cookie, offset, data);
    }

    /** Takes the only message of a request without data, and returns its error. */
    int outcome(long cookie) throws IOException {
        Message message = message(0);
        expect(cookie, message.cookie);
        if (!message.done()) {
            throw new AssertionError("more is to come: " + message);
        }
        return message.error;
    }

    /** Takes all chunks of a read, checks that they cover it once, and returns the bytes. */
    byte[] readReply(long cookie, long offset, int length) throws IOException {
        if (!structured && !extended) {
            Message message = message(length);
            expect(cookie, message.cookie);
            expect(0, message.error);
            byte[] data = new byte[length];
            message.buffer().get(data);
            return data;
        }
        byte[] result = new byte[length];
        int covered = 0;
        Message message;
        do {
            message = message(0);
            expect(cookie, message.cookie);
            expect(0, message.error);
            if (extended) {
                expect(offset, message.offset);
            }
            ByteBuffer data = message.buffer();
            if (message.type == 1) {
                int at = (int) (data.getLong() - offset);
                covered += data.remaining();
                data.get(result, at, data.remaining());
            } else if (message.type == 2) {
                data.getLong();
                covered += data.getInt();
            }
        } while (!message.done());
        expect(length, covered);
        return result;
    }

    /** Returns whether the server has hung up; waits for it. */
    boolean hungUp() {
        try {
            return in.read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    private static void expect(long wanted, long got) {
        if (wanted != got) {
            throw new AssertionError("wanted 0x%x, got 0x%x".formatted(wanted, got));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
