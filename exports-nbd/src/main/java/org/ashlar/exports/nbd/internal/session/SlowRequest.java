package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;
import org.ashlar.spi.source.Access;

/** Carries out one request that may block, section "Request types". Confined to one thread. */
final class SlowRequest {
    /** How much a cache request reads at a time, in bytes. */
    static final long CACHE_STEP = 1 << 20;

    private final Negotiated negotiated;
    private final Child root;
    private final RequestHeader header;
    private final Replies replies;

    SlowRequest(Negotiated negotiated, RequestHeader header, Replies replies) {
        this.negotiated = negotiated;
        this.root = negotiated.offer().source().root();
        this.header = header;
        this.replies = replies;
    }

    /** Returns what a request needs of the gate. */
    static Access access(RequestHeader header) {
        return switch (header.type()) {
            case Wire.CMD_WRITE, Wire.CMD_TRIM, Wire.CMD_WRITE_ZEROES -> Access.WRITE;
            default -> Access.READ;
        };
    }

    /**
     * Does what the header says.
     *
     * @param payload what to write, empty if nothing
     * @param contexts what a block status is about
     * @param place what the reply takes of the window
     * @return the reply that says it is done
     */
    Reply run(Request request, Optional<Buffer> payload, List<MetaContext> contexts, long place)
            throws IOException {
        switch (header.type()) {
            case Wire.CMD_READ -> {
                return new SparseRead(negotiated, header, replies).run(request, place);
            }
            case Wire.CMD_BLOCK_STATUS -> {
                return new BlockStatus(negotiated, header, replies).run(request, contexts, place);
            }
            case Wire.CMD_CACHE -> cache(request);
            case Wire.CMD_FLUSH -> root.flush(request);
            default -> alter(request, payload);
        }
        ByteBuffer out = ByteBuffer.allocate(replies.mode().chunkHeader());
        replies.success(out, header);
        return new Reply(List.of(out.flip()), Optional.empty(), place);
    }

    private void alter(Request request, Optional<Buffer> payload) throws IOException {
        if (header.length() == 0) {
            return;
        }
        boolean durable = header.has(Wire.FLAG_FUA) || negotiated.offer().writethrough();
        IoFlags fua = durable ? IoFlags.FUA : IoFlags.NONE;
        switch (header.type()) {
            case Wire.CMD_WRITE -> {
                MemorySegment from = payload.orElseThrow().segment();
                root.write(request, header.offset(), from, fua);
            }
            case Wire.CMD_WRITE_ZEROES -> {
                IoFlags flags = InlineLane.zeroFlags(header).with(fua);
                root.zero(request, header.offset(), header.length(), flags);
            }
            default -> {
                root.discard(request, header.offset(), header.length());
                if (durable) {
                    root.flush(request);
                }
            }
        }
    }

    /** Reads and drops, so that caches below, and copy-on-read, have the range. */
    private void cache(Request request) throws IOException {
        long end = header.offset() + header.length();
        long step = Math.min(CACHE_STEP, header.length());
        if (step == 0) {
            return;
        }
        try (Buffer scratch = negotiated.offer().source().buffers().acquire(step)) {
            for (long at = header.offset(); at < end; at += step) {
                long length = Math.min(step, end - at);
                root.read(request, at, scratch.segment().asSlice(0, length));
            }
        }
    }
}
