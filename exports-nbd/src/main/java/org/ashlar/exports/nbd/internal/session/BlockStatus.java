package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Request;

/**
 * Answers a block status, section "NBD_CMD_BLOCK_STATUS": one chunk per context, the last one
 * marked done. Confined to one thread.
 *
 * <ul>
 *   <li>I1: at least one descriptor per context, none of length zero, none past the request's end;
 *       with {@code REQ_ONE} exactly one.
 *   <li>I2: neighbours differ in status.
 * </ul>
 */
final class BlockStatus {
    /** The most descriptors of a context; the client asks again for what is left. */
    private static final int MAX_DESCRIPTORS = 2048;

    /** What a reply holds at most, in bytes: both contexts with descriptors of 16 bytes. */
    static final long MAX_REPLY = 2 * 16 * MAX_DESCRIPTORS + 4096;

    private final Negotiated negotiated;
    private final RequestHeader header;
    private final Replies replies;

    BlockStatus(Negotiated negotiated, RequestHeader header, Replies replies) {
        this.negotiated = negotiated;
        this.header = header;
        this.replies = replies;
    }

    /** Looks the range up for each context and encodes the reply. */
    Reply run(Request request, List<MetaContext> contexts, long place) throws IOException {
        List<Runs> found = lookUp(request, contexts);
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            int flags = i == found.size() - 1 ? Wire.REPLY_DONE : 0;
            pieces.add(encode(found.get(i), flags));
        }
        return new Reply(pieces, Optional.empty(), place);
    }

    private List<Runs> lookUp(Request request, List<MetaContext> contexts) throws IOException {
        List<Runs> runs = contexts.stream().map(Runs::new).toList();
        int limit = header.has(Wire.FLAG_REQ_ONE) ? 1 : MAX_DESCRIPTORS;
        long end = header.offset() + header.length();
        long at = header.offset();
        boolean room = true;
        while (at < end && room) {
            ChainExtent extent =
                    negotiated
                            .offer()
                            .source()
                            .root()
                            .chainExtentAt(request, at, end - at, Optional.empty());
            long length = Math.min(extent.length(), end - at);
            room = false;
            for (Runs each : runs) {
                room |= each.add(extent, length, limit);
            }
            at += length;
        }
        return runs;
    }

    private ByteBuffer encode(Runs runs, int flags) {
        boolean wide = replies.mode() == Mode.EXTENDED;
        int payload = wide ? 8 + 16 * runs.lengths.size() : Integer.BYTES + 8 * runs.lengths.size();
        ByteBuffer out = ByteBuffer.allocate(replies.mode().chunkHeader() + payload);
        int type = wide ? Wire.CHUNK_BLOCK_STATUS_EXT : Wire.CHUNK_BLOCK_STATUS;
        replies.chunk(out, header, type, flags, payload);
        out.putInt(runs.context.id());
        if (wide) {
            out.putInt(runs.lengths.size());
        }
        for (int i = 0; i < runs.lengths.size(); i++) {
            if (wide) {
                // 32 bits of padding, then 32 of status
                out.putLong(runs.lengths.get(i)).putLong(runs.states.get(i) & 0xffffffffL);
            } else {
                out.putInt((int) (long) runs.lengths.get(i)).putInt(runs.states.get(i));
            }
        }
        return out.flip();
    }

    /** The descriptors of one context, while they are gathered. */
    private static final class Runs {
        private final MetaContext context;
        private final List<Long> lengths = new ArrayList<>();
        private final List<Integer> states = new ArrayList<>();
        private boolean full;

        Runs(MetaContext context) {
            this.context = context;
        }

        /** Adds an extent unless there is no room; returns whether more may be added. */
        boolean add(ChainExtent extent, long length, int limit) {
            int state = context.status(extent);
            int last = lengths.size() - 1;
            if (full) {
                return false;
            }
            if (last >= 0 && states.get(last) == state) {
                lengths.set(last, lengths.get(last) + length); // I2
            } else if (last + 1 < limit) {
                lengths.add(length); // I1
                states.add(state);
            } else {
                full = true;
            }
            return !full;
        }
    }
}
