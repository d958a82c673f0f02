package org.ashlar.drivers.nbd.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.ashlar.drivers.nbd.internal.Export.Replies;

/**
 * Serves an export of bytes by the protocol's document; a test may spoil what it sends. Its
 * connections share the bytes, which are written by one connection at a time.
 */
class HonestPeer implements FakeServer.Peer {
    private static final int FLAGS = 1 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 11;

    final byte[] content;
    final Replies replies;

    /** The commands received, by type. */
    final List<Integer> commands = Collections.synchronizedList(new ArrayList<>());

    HonestPeer(Replies replies, int length) {
        this.replies = replies;
        this.content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) (((i * 31) >> 8) | 1);
        }
    }

    /** Sends a message: part of the handshake, or a whole reply. */
    void send(DataOutputStream out, boolean handshake, byte[] message) throws IOException {
        out.write(message);
    }

    /** Makes a message. */
    interface Text {
        void to(DataOutputStream out) throws IOException;
    }

    final void send(DataOutputStream out, boolean handshake, Text text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        text.to(new DataOutputStream(bytes));
        send(out, handshake, bytes.toByteArray());
    }

    @Override
    public void serve(DataInputStream in, DataOutputStream out) throws IOException {
        send(
                out,
                true,
                hello -> {
                    hello.writeLong(Protocol.INIT_MAGIC);
                    hello.writeLong(Protocol.OPTION_MAGIC);
                    hello.writeShort(3);
                });
        in.readInt();
        boolean agreed = false;
        while (!agreed) {
            agreed = option(in, out);
        }
        boolean more = true;
        while (more) {
            more = command(in, out);
        }
    }

    /** Answers an option; returns whether transmission begins. */
    private boolean option(DataInputStream in, DataOutputStream out) throws IOException {
        in.readLong();
        int option = in.readInt();
        byte[] data = in.readNBytes(in.readInt());
        boolean go = option == Protocol.OPT_GO;
        send(
                out,
                true,
                answer -> {
                    if (go) {
                        answerGo(answer);
                    } else if (option == Protocol.OPT_SET_META_CONTEXT) {
                        byte[] name = Arrays.copyOfRange(data, data.length - 15, data.length);
                        header(answer, option, Protocol.REP_META_CONTEXT, 4 + name.length);
                        answer.writeInt(7);
                        answer.write(name);
                        header(answer, option, Protocol.REP_ACK, 0);
                    } else {
                        boolean accepted =
                                switch (option) {
                                    case Protocol.OPT_EXTENDED_HEADERS ->
                                            replies == Replies.EXTENDED;
                                    case Protocol.OPT_STRUCTURED_REPLY ->
                                            replies == Replies.STRUCTURED;
                                    default -> false;
                                };
                        header(
                                answer,
                                option,
                                accepted ? Protocol.REP_ACK : Protocol.REP_ERR_UNSUP,
                                0);
                    }
                });
        return go;
    }

    private void answerGo(DataOutputStream answer) throws IOException {
        header(answer, Protocol.OPT_GO, Protocol.REP_INFO, 12);
        answer.writeShort(Protocol.INFO_EXPORT);
        answer.writeLong(content.length);
        answer.writeShort(FLAGS);
        header(answer, Protocol.OPT_GO, Protocol.REP_INFO, 14);
        answer.writeShort(Protocol.INFO_BLOCK_SIZE);
        answer.writeInt(1);
        answer.writeInt(4096);
        answer.writeInt(1 << 25);
        header(answer, Protocol.OPT_GO, Protocol.REP_ACK, 0);
    }

    private static void header(DataOutputStream answer, int option, int type, int length)
            throws IOException {
        answer.writeLong(Protocol.OPTION_REPLY_MAGIC);
        answer.writeInt(option);
        answer.writeInt(type);
        answer.writeInt(length);
    }

    /** Answers a command; returns whether there may be another. */
    boolean command(DataInputStream in, DataOutputStream out) throws IOException {
        int magic = in.readInt();
        boolean extended = magic == Protocol.EXTENDED_REQUEST_MAGIC;
        in.readShort();
        int type = in.readShort();
        long cookie = in.readLong();
        long offset = in.readLong();
        long length = extended ? in.readLong() : Integer.toUnsignedLong(in.readInt());
        commands.add(type);
        if (type == Protocol.CMD_DISC) {
            return false;
        }
        if (type == Protocol.CMD_WRITE) {
            in.readFully(content, (int) offset, (int) length);
        }
        send(out, false, reply -> reply(reply, type, cookie, offset, length));
        return true;
    }

    private void reply(DataOutputStream out, int type, long cookie, long offset, long length)
            throws IOException {
        int half = (int) length / 2;
        if (replies == Replies.SIMPLE) {
            out.writeInt(Protocol.SIMPLE_REPLY_MAGIC);
            out.writeInt(0);
            out.writeLong(cookie);
            if (type == Protocol.CMD_READ) {
                out.write(content, (int) offset, (int) length);
            }
        } else if (type == Protocol.CMD_READ) {
            // The second half first: a server may send chunks in any order.
            data(out, cookie, offset, offset + half, (int) length - half, 0);
            data(out, cookie, offset, offset, half, 1);
        } else if (type == Protocol.CMD_BLOCK_STATUS && replies == Replies.EXTENDED) {
            chunk(out, 1, Protocol.REPLY_BLOCK_STATUS_EXT, cookie, offset, 24);
            out.writeInt(7);
            out.writeInt(1);
            out.writeLong(length);
            out.writeLong(3);
        } else if (type == Protocol.CMD_BLOCK_STATUS) {
            chunk(out, 1, Protocol.REPLY_BLOCK_STATUS, cookie, offset, 12);
            out.writeInt(7);
            out.writeInt((int) length);
            out.writeInt(3);
        } else {
            chunk(out, 1, Protocol.REPLY_NONE, cookie, offset, 0);
        }
    }

    private void data(
            DataOutputStream out, long cookie, long request, long offset, int length, int flags)
            throws IOException {
        chunk(out, flags, Protocol.REPLY_OFFSET_DATA, cookie, request, 8 + length);
        out.writeLong(offset);
        out.write(content, (int) offset, length);
    }

    private void chunk(
            DataOutputStream out, int flags, int type, long cookie, long request, long length)
            throws IOException {
        boolean extended = replies == Replies.EXTENDED;
        out.writeInt(extended ? Protocol.EXTENDED_REPLY_MAGIC : Protocol.STRUCTURED_REPLY_MAGIC);
        out.writeShort(flags);
        out.writeShort(type);
        out.writeLong(cookie);
        if (extended) {
            out.writeLong(request);
            out.writeLong(length);
        } else {
            out.writeInt((int) length);
        }
    }
}
