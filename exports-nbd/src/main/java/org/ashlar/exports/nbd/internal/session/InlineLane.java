package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;
import org.ashlar.spi.source.Access;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does requests on the connection's own thread if they need not wait. Confined to that thread.
 *
 * <ul>
 *   <li>I1: a request that is not done here has had no effect, but for pieces of a long write, and
 *       nothing of a reply to it stands in the batch.
 * </ul>
 */
final class InlineLane {
    private static final Logger LOG = LoggerFactory.getLogger(InlineLane.class);

    /** Reads at least this long, in bytes, are looked up first: a hole is cheaper to say. */
    private static final int LOOK_FOR_HOLES = 64 << 10;

    /** The longest request done here, in bytes; a longer one would hold up the others. */
    private static final long MAX_LENGTH = 2 << 20;

    /** How much is read at a time, in bytes: less than a socket holds. */
    private static final long PIECE = 128 << 10;

    private static final long PAGE = 4096;

    /** What became of an attempt to read. */
    private enum Outcome {
        /** The reply's header stands in the batch, its data in the memory given. */
        DATA,
        /** The whole reply stands in the batch. */
        NO_DATA,
        /** It would have had to wait. */
        HAND_ON
    }

    private final Child root;
    private final Buffers buffers;
    private final Batch batch;
    private final Gate gate;
    private final Replies replies;
    private final Readiness reads = new Readiness();
    private final Readiness writes = new Readiness();

    InlineLane(Negotiated negotiated, Batch batch, Gate gate, Replies replies) {
        this.root = negotiated.offer().source().root();
        this.buffers = negotiated.offer().source().buffers();
        this.batch = batch;
        this.gate = gate;
        this.replies = replies;
    }

    /** Reads, and adds the reply to the batch; returns false if the request has to be handed on. */
    boolean read(RequestHeader header) throws IOException {
        int length = (int) header.length();
        if (length > MAX_LENGTH || !reads.worthTrying()) {
            return false;
        }
        int head = replies.mode().dataHeader();
        if (head + length > Batch.CAPACITY) {
            return readApart(header);
        }
        ByteBuffer out = batch.room(Math.max(head + length, Replies.MAX_SHORT));
        Request request = awaitRead();
        MemorySegment into = batch.memory(out.position() + head, length);
        Outcome outcome = attempt(request, header, out, into);
        if (outcome == Outcome.DATA) {
            out.position(out.position() + length);
        }
        return outcome != Outcome.HAND_ON;
    }

    /** Reads what does not fit into the batch, and ends the batch with it. */
    private boolean readApart(RequestHeader header) throws IOException {
        Buffer memory = buffers.acquire(header.length());
        boolean handedOver = false;
        try {
            ByteBuffer out = batch.room(Replies.MAX_SHORT);
            Request request = awaitRead();
            Outcome outcome = attempt(request, header, out, memory.segment());
            if (outcome == Outcome.DATA) {
                handedOver = true;
                batch.endWith(memory);
            }
            return outcome != Outcome.HAND_ON;
        } finally {
            if (!handedOver) {
                memory.close();
            }
        }
    }

    /** Reads; between its pieces the end of the reply before goes out, so that the client works. */
    private void read(Request request, long offset, MemorySegment into) throws IOException {
        for (long at = 0; at < into.byteSize(); at += PIECE) {
            long length = Math.min(PIECE, into.byteSize() - at);
            root.read(request, offset + at, into.asSlice(at, length));
            batch.push();
        }
    }

    /** Reads into {@code into} and adds the header, or the whole reply if it has no data. */
    private Outcome attempt(
            Request request, RequestHeader header, ByteBuffer out, MemorySegment into)
            throws IOException {
        long length = header.length();
        try {
            if (length == 0) {
                replies.success(out, header);
                return Outcome.NO_DATA;
            }
            if (isHole(request, header)) {
                replies.hole(out, header, header.offset(), length, Wire.REPLY_DONE);
                return Outcome.NO_DATA;
            }
            read(request, header.offset(), into);
        } catch (IOException | RuntimeException failure) {
            return failed(header, failure, reads) ? Outcome.NO_DATA : Outcome.HAND_ON; // I1
        }
        replies.data(out, header, header.offset(), length, Wire.REPLY_DONE);
        reads.succeeded();
        return Outcome.DATA;
    }

    /** A closed gate stops the connection here, unpinned: nothing more is taken off the socket. */
    private Request awaitRead() throws IOException {
        Request request = batch.admit(Access.READ);
        while (request == null) {
            batch.end();
            gate.await(Access.READ);
            request = batch.admit(Access.READ);
        }
        return request;
    }

    private boolean isHole(Request request, RequestHeader header) throws IOException {
        if (replies.mode() == Mode.SIMPLE
                || header.length() < LOOK_FOR_HOLES
                || header.has(Wire.FLAG_DF)) {
            return false;
        }
        try {
            ChainExtent extent =
                    root.chainExtentAt(request, header.offset(), header.length(), Optional.empty());
            return extent.zero() && extent.length() >= header.length();
        } catch (BlockException unknown) {
            return false; // the read itself will tell
        }
    }

    /**
     * Writes, zeroes or trims; returns false if the request has to be handed on.
     *
     * @param from what to write, empty if nothing
     */
    boolean alter(RequestHeader header, MemorySegment from) throws IOException {
        if (header.length() > MAX_LENGTH || !writes.worthTrying()) {
            return false;
        }
        ByteBuffer out = batch.room(Replies.MAX_SHORT);
        Request request = batch.admit(Access.WRITE);
        if (request == null) {
            return false; // a fence holds back writes; reads behind this one may go on
        }
        try {
            if (header.length() > 0) {
                alter(request, header, from);
            }
            replies.success(out, header);
            writes.succeeded();
            return true;
        } catch (IOException | RuntimeException failure) {
            return failed(header, failure, writes);
        }
    }

    /** Returns the unit in which the node allocates, in bytes, and at least a page. */
    long allocationUnit() throws IOException {
        Request request = batch.admit(Access.WRITE);
        return request == null ? PAGE : Math.max(PAGE, root.capabilities(request).clusterSize());
    }

    /**
     * Writes a piece of a request; returns false if that is to be handed on, which finds out by
     * itself what is in the way.
     */
    boolean write(long offset, MemorySegment piece) throws IOException {
        Request request = writes.worthTrying() ? batch.admit(Access.WRITE) : null;
        if (request == null) {
            return false;
        }
        try {
            root.write(request, offset, piece, IoFlags.NONE);
            writes.succeeded();
            return true;
        } catch (IOException | RuntimeException failure) {
            if (isWouldBlock(failure)) {
                writes.missed();
            }
            return false;
        }
    }

    private static boolean isWouldBlock(Exception failure) {
        return failure instanceof BlockException block
                && block.kind() == BlockException.Kind.WOULD_BLOCK;
    }

    private void alter(Request request, RequestHeader header, MemorySegment from)
            throws IOException {
        switch (header.type()) {
            case Wire.CMD_WRITE -> root.write(request, header.offset(), from, IoFlags.NONE);
            case Wire.CMD_TRIM -> root.discard(request, header.offset(), header.length());
            default -> root.zero(request, header.offset(), header.length(), zeroFlags(header));
        }
    }

    /** Returns what a request to zero asks of the node, durability apart. */
    static IoFlags zeroFlags(RequestHeader header) {
        IoFlags unmap = header.has(Wire.FLAG_NO_HOLE) ? IoFlags.NONE : IoFlags.MAY_UNMAP;
        return header.has(Wire.FLAG_FAST_ZERO) ? unmap.with(IoFlags.NO_FALLBACK) : unmap;
    }

    private boolean failed(RequestHeader header, Exception failure, Readiness readiness)
            throws IOException {
        if (isWouldBlock(failure)) {
            readiness.missed();
            return false;
        }
        if (!(failure instanceof BlockException)) {
            LOG.error("NBD request failed: {}", header, failure);
        }
        replies.error(
                batch.room(Replies.MAX_SHORT),
                header,
                Errors.of(failure, header.has(Wire.FLAG_FAST_ZERO), false),
                Errors.message(failure));
        return true;
    }
}
