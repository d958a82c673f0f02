package org.ashlar.drivers.nbd.internal;

import static org.ashlar.drivers.nbd.internal.Protocol.FLAG_FIXED_NEWSTYLE;
import static org.ashlar.drivers.nbd.internal.Protocol.FLAG_NO_ZEROES;
import static org.ashlar.drivers.nbd.internal.Protocol.INFO_BLOCK_SIZE;
import static org.ashlar.drivers.nbd.internal.Protocol.INFO_EXPORT;
import static org.ashlar.drivers.nbd.internal.Protocol.OPT_EXPORT_NAME;
import static org.ashlar.drivers.nbd.internal.Protocol.OPT_EXTENDED_HEADERS;
import static org.ashlar.drivers.nbd.internal.Protocol.OPT_GO;
import static org.ashlar.drivers.nbd.internal.Protocol.OPT_SET_META_CONTEXT;
import static org.ashlar.drivers.nbd.internal.Protocol.OPT_STRUCTURED_REPLY;
import static org.ashlar.drivers.nbd.internal.Protocol.REP_ACK;
import static org.ashlar.drivers.nbd.internal.Protocol.REP_INFO;
import static org.ashlar.drivers.nbd.internal.Protocol.REP_META_CONTEXT;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.ashlar.drivers.nbd.internal.Export.BlockSizes;
import org.ashlar.drivers.nbd.internal.Export.Replies;

/**
 * Agrees with a server on an export: fixed newstyle, the best replies it has, a metadata context,
 * and GO, or EXPORT_NAME with a server that has no GO; with older servers, by the older styles.
 * Confined to one connection's beginning.
 */
final class Handshake {
    private static final int REPLY_MOST = 1 << 16;
    private static final int ANSWERS_MOST = 1000;
    private static final int ZEROES = 124;

    private final Wire wire;
    private final String name;
    private final String contextName;
    private boolean noZeroes;

    private Handshake(Wire wire, NbdOptions options) {
        this.wire = wire;
        this.name = options.export();
        this.contextName = options.context();
    }

    /**
     * Runs it.
     *
     * @throws RefusedException if the server does not want to
     * @throws MalformedException if it does not keep to the protocol
     */
    static Export run(Wire wire, NbdOptions options) throws IOException {
        Export export = new Handshake(wire, options).run();
        if (options.namesContext() && export.context().isEmpty()) {
            throw new RefusedException(
                    "The server does not offer '%s'".formatted(options.context()));
        }
        return export;
    }

    /** How a server negotiates. */
    private enum Style {
        /** It tells of its one export and is done. */
        OLD,
        /** It takes the name of an export and nothing else. */
        NEW,
        FIXED_NEW
    }

    private Export run() throws IOException {
        return switch (begin()) {
            case OLD -> oldStyle();
            case NEW -> exportName(Replies.SIMPLE, Optional.empty());
            case FIXED_NEW -> negotiate();
        };
    }

    private Export negotiate() throws IOException {
        Replies replies = Replies.SIMPLE;
        if (isAccepted(OPT_EXTENDED_HEADERS)) {
            replies = Replies.EXTENDED;
        } else if (isAccepted(OPT_STRUCTURED_REPLY)) {
            replies = Replies.STRUCTURED;
        }
        Optional<Integer> context = replies == Replies.SIMPLE ? Optional.empty() : setContext();
        return go(replies, context);
    }

    private Style begin() throws IOException {
        if (wire.i64() != Protocol.INIT_MAGIC) {
            throw new MalformedException("this is no NBD server");
        }
        long magic = wire.i64();
        if (magic == Protocol.OLD_STYLE_MAGIC) {
            return Style.OLD;
        }
        if (magic != Protocol.OPTION_MAGIC) {
            throw new MalformedException("bad magic");
        }
        int flags = wire.u16();
        boolean fixed = (flags & FLAG_FIXED_NEWSTYLE) != 0;
        noZeroes = fixed && (flags & FLAG_NO_ZEROES) != 0;
        int ours = (fixed ? FLAG_FIXED_NEWSTYLE : 0) | (noZeroes ? FLAG_NO_ZEROES : 0);
        wire.write(ByteBuffer.allocate(Integer.BYTES).putInt(ours).flip());
        return fixed ? Style.FIXED_NEW : Style.NEW;
    }

    /** The flags of the handshake and of the export come as one number. */
    private Export oldStyle() throws IOException {
        if (!name.isEmpty()) {
            throw new RefusedException("Server does not support non-empty export names");
        }
        long length = wire.i64();
        int flags = wire.i32();
        wire.skip(ZEROES);
        return agreed(length, flags, Optional.empty(), Replies.SIMPLE, Optional.empty());
    }

    private void send(int option, ByteBuffer data) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(16);
        head.putLong(Protocol.OPTION_MAGIC).putInt(option).putInt(data.remaining()).flip();
        wire.write(head, data);
    }

    /** An answer to an option, its data in memory. Immutable but for the data's position. */
    private record Answer(int type, ByteBuffer data) {
        boolean isError() {
            return type < 0;
        }
    }

    private Answer receive(int option) throws IOException {
        if (wire.i64() != Protocol.OPTION_REPLY_MAGIC) {
            throw new MalformedException("bad magic of an option's reply");
        }
        int answered = wire.i32();
        int type = wire.i32();
        long length = wire.u32();
        if (answered != option) {
            throw new MalformedException("option " + option + " answered as " + answered);
        }
        if (length > REPLY_MOST) {
            throw new MalformedException("an option's reply of " + length + " bytes");
        }
        return new Answer(type, ByteBuffer.wrap(wire.bytes((int) length)));
    }

    private boolean isAccepted(int option) throws IOException {
        send(option, ByteBuffer.allocate(0));
        Answer answer = receive(option);
        if (!answer.isError() && answer.type() != REP_ACK) {
            throw new MalformedException("option " + option + " answered by " + answer.type());
        }
        if (answer.type() == Protocol.REP_ERR_TLS_REQD) {
            throw refusal(answer);
        }
        return answer.type() == REP_ACK;
    }

    private Optional<Integer> setContext() throws IOException {
        byte[] export = name.getBytes(StandardCharsets.UTF_8);
        byte[] query = contextName.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(12 + export.length + query.length);
        data.putInt(export.length).put(export).putInt(1).putInt(query.length).put(query);
        send(OPT_SET_META_CONTEXT, data.flip());
        Optional<Integer> context = Optional.empty();
        for (int answers = 0; answers < ANSWERS_MOST; answers++) {
            Answer answer = receive(OPT_SET_META_CONTEXT);
            if (answer.isError() || answer.type() == REP_ACK) {
                return answer.isError() ? Optional.empty() : context;
            }
            if (answer.type() != REP_META_CONTEXT || answer.data().remaining() < Integer.BYTES) {
                throw new MalformedException("a bad answer about metadata contexts");
            }
            int id = answer.data().getInt();
            if (textOf(answer.data()).equals(contextName)) {
                context = Optional.of(id);
            }
        }
        throw new MalformedException("too many metadata contexts");
    }

    private Export go(Replies replies, Optional<Integer> context) throws IOException {
        byte[] export = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(8 + export.length);
        data.putInt(export.length).put(export);
        data.putShort((short) 1).putShort((short) INFO_BLOCK_SIZE);
        send(OPT_GO, data.flip());
        Optional<ByteBuffer> about = Optional.empty();
        Optional<ByteBuffer> sizes = Optional.empty();
        for (int answers = 0; answers < ANSWERS_MOST; answers++) {
            Answer answer = receive(OPT_GO);
            if (answer.type() == Protocol.REP_ERR_UNSUP) {
                return exportName(replies, context);
            }
            if (answer.isError()) {
                throw refusal(answer);
            }
            if (answer.type() == REP_ACK) {
                ByteBuffer found =
                        about.orElseThrow(() -> new MalformedException("GO without an export"));
                return agreed(found.getLong(), found.getShort(), sizes, replies, context);
            }
            if (answer.type() != REP_INFO || answer.data().remaining() < Short.BYTES) {
                throw new MalformedException("a bad answer to GO");
            }
            int kind = answer.data().getShort();
            if (kind == INFO_EXPORT) {
                about = Optional.of(sized(answer.data(), 10));
            } else if (kind == INFO_BLOCK_SIZE) {
                sizes = Optional.of(sized(answer.data(), 12));
            }
        }
        throw new MalformedException("too many answers to GO");
    }

    private static ByteBuffer sized(ByteBuffer data, int length) throws MalformedException {
        if (data.remaining() != length) {
            throw new MalformedException("an information of " + data.remaining() + " bytes");
        }
        return data;
    }

    private Export exportName(Replies replies, Optional<Integer> context) throws IOException {
        send(OPT_EXPORT_NAME, ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)));
        long length = wire.i64();
        int flags = wire.u16();
        if (!noZeroes) {
            wire.skip(ZEROES);
        }
        return agreed(length, flags, Optional.empty(), replies, context);
    }

    private static Export agreed(
            long length,
            int flags,
            Optional<ByteBuffer> sizes,
            Replies replies,
            Optional<Integer> context)
            throws MalformedException {
        if (length < 0) {
            throw new MalformedException(
                    "an export of " + Long.toUnsignedString(length) + " bytes");
        }
        if ((flags & Protocol.TRANSMIT_HAS_FLAGS) == 0) {
            throw new MalformedException("transmission flags that are none");
        }
        BlockSizes blocks =
                sizes.isPresent() ? blockSizes(sizes.get()) : BlockSizes.unknown(length);
        if (length % blocks.least() != 0) {
            throw new MalformedException(
                    "an export of " + length + " bytes in blocks of " + blocks.least());
        }
        return new Export(length, flags & 0xffff, blocks, replies, context);
    }

    private static BlockSizes blockSizes(ByteBuffer data) throws MalformedException {
        long least = Integer.toUnsignedLong(data.getInt());
        data.getInt(); // the preferred size is advice
        long most = Integer.toUnsignedLong(data.getInt());
        if (Long.bitCount(least) != 1 || least > 1 << 16 || most < least) {
            throw new MalformedException("blocks of " + least + " to " + most + " bytes");
        }
        long capped = Math.min(most, BlockSizes.unknown(0).most());
        return new BlockSizes((int) least, (int) (capped / least * least));
    }

    private RefusedException refusal(Answer answer) {
        String reason =
                switch (answer.type()) {
                    case Protocol.REP_ERR_UNKNOWN -> "Requested export not available";
                    case Protocol.REP_ERR_POLICY -> "Denied by server";
                    case Protocol.REP_ERR_TLS_REQD -> "Server requires TLS, which is not supported";
                    default -> "The server refused export '%s' (%x)".formatted(name, answer.type());
                };
        String text = textOf(answer.data());
        return new RefusedException(text.isEmpty() ? reason : reason + "; server said: " + text);
    }

    /** Reads a server's text, which is untrusted: what is no printable character is replaced. */
    private static String textOf(ByteBuffer data) {
        String text = StandardCharsets.UTF_8.decode(data).toString();
        return text.replaceAll("[^\\P{C}]", "?");
    }
}
