package org.ashlar.tools.nbd;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.tools.ToolFailure;

/**
 * The handshake of an NBD client that only asks (NBD protocol, "Option haggling"). Confined to one
 * thread. Answers are bounded before they are read.
 */
final class NbdProbe implements AutoCloseable {
    private static final long GREETING = 0x4e42444d41474943L;
    private static final long OPTION = 0x49484156454F5054L;
    private static final long REPLY = 0x3e889045565a9L;
    private static final int NO_ZEROES = 2;
    private static final int FIXED_NEWSTYLE = 1;

    private static final int OPT_ABORT = 2;
    private static final int OPT_LIST = 3;
    private static final int OPT_INFO = 6;
    private static final int OPT_STRUCTURED_REPLY = 8;
    private static final int OPT_LIST_META_CONTEXT = 9;

    private static final int REP_ACK = 1;
    private static final int REP_SERVER = 2;
    private static final int REP_INFO = 3;
    private static final int REP_META_CONTEXT = 4;
    private static final int ERROR_BIT = 1 << 31;

    private static final int INFO_EXPORT = 0;
    private static final int INFO_BLOCK_SIZE = 3;
    private static final int MAX_REPLY = 32 << 20;
    private static final int MAX_REPLIES = 100_000;

    /**
     * What a server says of an export. Immutable.
     *
     * @param name its name
     * @param description a line about it, or an empty text
     * @param length its length in bytes
     * @param flags the transmission flags
     * @param minBlock the smallest request in bytes, 0 if none of the three is known
     * @param preferredBlock the preferred request
     * @param maxBlock the largest request
     * @param contexts the meta contexts it has
     */
    record Offer(
            String name,
            String description,
            long length,
            int flags,
            long minBlock,
            long preferredBlock,
            long maxBlock,
            List<String> contexts) {}

    /** One answer of the server. Confined to the probe's thread. */
    private static final class Reply {
        private final int type;
        private final byte[] data;

        Reply(int type, byte[] data) {
            this.type = type;
            this.data = data;
        }
    }

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;

    private NbdProbe(SocketChannel channel, InputStream in, OutputStream out) {
        this.channel = channel;
        this.in = new DataInputStream(in);
        this.out = new DataOutputStream(out);
    }

    /** Connects to the server that the options name, and greets it. */
    static NbdProbe connect(NbdOptions options) throws ToolFailure, IOException {
        String shown =
                options.socket.isPresent()
                        ? options.socket.get()
                        : options.bind + ":" + options.port;
        SocketChannel channel;
        try {
            channel = SocketChannel.open(address(options));
        } catch (IOException failed) {
            throw ToolFailure.of("Failed to connect to '" + shown + "': " + failed.getMessage());
        }
        NbdProbe probe =
                new NbdProbe(
                        channel,
                        Channels.newInputStream(channel),
                        Channels.newOutputStream(channel));
        try {
            probe.greet();
            return probe;
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    private static SocketAddress address(NbdOptions options) throws ToolFailure {
        if (options.socket.isPresent()) {
            return UnixDomainSocketAddress.of(options.socket.get());
        }
        try {
            return new InetSocketAddress(options.bind, Integer.parseInt(options.port));
        } catch (IllegalArgumentException notAPort) {
            throw ToolFailure.of(
                    "address resolution failed for " + options.bind + ":" + options.port);
        }
    }

    private void greet() throws IOException {
        if (in.readLong() != GREETING || in.readLong() != OPTION) {
            throw malformed("this is not an NBD server, or an old one");
        }
        int flags = in.readUnsignedShort();
        if ((flags & FIXED_NEWSTYLE) == 0) {
            throw malformed("the server does not answer questions");
        }
        out.writeInt(flags & (FIXED_NEWSTYLE | NO_ZEROES));
        out.flush();
        ask(OPT_STRUCTURED_REPLY, new byte[0]);
    }

    /** Asks for every export, and about each. */
    List<Offer> list() throws IOException {
        List<Offer> offers = new ArrayList<>();
        for (Reply reply : ask(OPT_LIST, new byte[0])) {
            if (reply.type == REP_SERVER) {
                DataInputStream data = data(reply);
                String name = text(data, data.readInt());
                offers.add(describe(name, text(data, data.available())));
            }
        }
        return offers;
    }

    private Offer describe(String name, String description) throws IOException {
        long length = 0;
        int flags = 0;
        long[] blocks = new long[3];
        for (Reply reply : ask(OPT_INFO, infoQuestion(name))) {
            if (reply.type == REP_INFO) {
                DataInputStream data = data(reply);
                int kind = data.readUnsignedShort();
                if (kind == INFO_EXPORT) {
                    length = data.readLong();
                    flags = data.readUnsignedShort();
                } else if (kind == INFO_BLOCK_SIZE) {
                    for (int i = 0; i < blocks.length; i++) {
                        blocks[i] = Integer.toUnsignedLong(data.readInt());
                    }
                }
            }
        }
        return new Offer(
                name, description, length, flags, blocks[0], blocks[1], blocks[2], contexts(name));
    }

    private List<String> contexts(String name) throws IOException {
        List<String> contexts = new ArrayList<>();
        for (Reply reply : ask(OPT_LIST_META_CONTEXT, contextQuestion(name))) {
            if (reply.type == REP_META_CONTEXT) {
                DataInputStream data = data(reply);
                data.readInt();
                contexts.add(text(data, data.available()));
            }
        }
        return contexts;
    }

    private static byte[] infoQuestion(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        writeText(data, name);
        data.writeShort(1);
        data.writeShort(INFO_BLOCK_SIZE);
        return bytes.toByteArray();
    }

    private static byte[] contextQuestion(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        writeText(data, name);
        data.writeInt(0);
        return bytes.toByteArray();
    }

    private static void writeText(DataOutputStream to, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        to.writeInt(bytes.length);
        to.write(bytes);
    }

    /** Sends an option and collects the replies up to the one that ends them. */
    private List<Reply> ask(int option, byte[] question) throws IOException {
        out.writeLong(OPTION);
        out.writeInt(option);
        out.writeInt(question.length);
        out.write(question);
        out.flush();
        List<Reply> replies = new ArrayList<>();
        while (replies.size() < MAX_REPLIES) {
            Reply reply = readReply(option);
            if (reply.type == REP_ACK || (reply.type & ERROR_BIT) != 0) {
                return replies;
            }
            replies.add(reply);
        }
        throw malformed("the server's answer does not end");
    }

    private Reply readReply(int option) throws IOException {
        long magic = in.readLong();
        int about = in.readInt();
        int type = in.readInt();
        int length = in.readInt();
        if (magic != REPLY || about != option || length < 0 || length > MAX_REPLY) {
            throw malformed("the server's answer makes no sense");
        }
        byte[] data = in.readNBytes(length);
        if (data.length < length) {
            throw new EOFException("the server has hung up");
        }
        return new Reply(type, data);
    }

    private static DataInputStream data(Reply reply) {
        return new DataInputStream(new ByteArrayInputStream(reply.data));
    }

    private static String text(DataInputStream from, int length) throws IOException {
        if (length < 0 || length > from.available()) {
            throw malformed("a name in the server's answer is too long");
        }
        return new String(from.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static BlockException malformed(String what) {
        return BlockException.invalid(what);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            out.writeLong(OPTION);
            out.writeInt(OPT_ABORT);
            out.writeInt(0);
            out.flush();
        }
    }
}
