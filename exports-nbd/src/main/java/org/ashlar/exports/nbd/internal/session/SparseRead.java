package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Child;
import org.ashlar.spi.Request;

/**
 * Reads for a client, telling holes as such where the client allows it, section "NBD_CMD_READ".
 * Confined to one thread.
 *
 * <ul>
 *   <li>I1: chunks follow one another without gap or overlap and cover the request.
 *   <li>I2: the last chunk alone is marked done; all data have been read by then.
 *   <li>I3: at most {@code MAX_CHUNKS} chunks.
 * </ul>
 */
final class SparseRead {
    private static final int MAX_CHUNKS = 64;

    /** The longest header of a chunk with its offset and length, in bytes. */
    private static final int MAX_HEADER = 32 + Long.BYTES + Integer.BYTES;

    /** Shorter reads, in bytes, are not looked up: reading is cheaper. */
    private static final long MIN_LENGTH = 64 << 10;

    private final Negotiated negotiated;
    private final Child root;
    private final RequestHeader header;
    private final Replies replies;
    private final long end;

    SparseRead(Negotiated negotiated, RequestHeader header, Replies replies) {
        this.negotiated = negotiated;
        this.root = negotiated.offer().source().root();
        this.header = header;
        this.replies = replies;
        this.end = header.offset() + header.length();
    }

    /** Reads all of it; what the reply takes of the window is {@code place}. */
    Reply run(Request request, long place) throws IOException {
        if (header.length() == 0) {
            ByteBuffer out = ByteBuffer.allocate(replies.mode().chunkHeader());
            replies.success(out, header);
            return new Reply(List.of(out.flip()), Optional.empty(), place);
        }
        Buffer memory = negotiated.offer().source().buffers().acquire(header.length());
        try {
            List<ByteBuffer> pieces = fill(request, memory.segment());
            return new Reply(pieces, Optional.of(memory), place);
        } catch (IOException | RuntimeException failure) {
            memory.close();
            throw failure;
        }
    }

    private List<ByteBuffer> fill(Request request, MemorySegment memory) throws IOException {
        boolean whole =
                replies.mode() == Mode.SIMPLE
                        || header.has(Wire.FLAG_DF)
                        || header.length() < MIN_LENGTH;
        int chunks = whole ? 1 : MAX_CHUNKS;
        ByteBuffer headers = ByteBuffer.allocate(chunks * MAX_HEADER);
        List<ByteBuffer> pieces = new ArrayList<>();
        long at = header.offset();
        for (int chunk = 1; at < end; chunk++) {
            Run run = chunk == chunks ? new Run(end - at, false) : runAt(request, at);
            int flags = at + run.length == end ? Wire.REPLY_DONE : 0; // I2
            int start = headers.position();
            if (run.hole) {
                replies.hole(headers, header, at, run.length, flags);
                pieces.add(headers.slice(start, headers.position() - start));
            } else {
                replies.data(headers, header, at, run.length, flags);
                pieces.add(headers.slice(start, headers.position() - start));
                MemorySegment into = memory.asSlice(at - header.offset(), run.length);
                root.read(request, at, into);
                pieces.add(into.asByteBuffer());
            }
            at += run.length; // I1
        }
        return pieces;
    }

    /** Returns the longest run of holes, or of anything else, that begins at {@code offset}. */
    private Run runAt(Request request, long offset) throws IOException {
        ChainExtent first = root.chainExtentAt(request, offset, end - offset, Optional.empty());
        long at = offset + Math.min(first.length(), end - offset);
        while (at < end) {
            ChainExtent next = root.chainExtentAt(request, at, end - at, Optional.empty());
            if (next.zero() != first.zero()) {
                break;
            }
            at += Math.min(next.length(), end - at);
        }
        return new Run(at - offset, first.zero());
    }

    /** A run of bytes that becomes one chunk. */
    private record Run(long length, boolean hole) {}
}
