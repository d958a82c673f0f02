package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A long write whose payload is still on its way: what has arrived is written piece by piece, while
 * it is in the processor's cache and the client sends on. Confined to the connection's thread.
 *
 * <p>Until it is answered a write may stand in the image in part, so each piece is a request of its
 * own, whose admission ends before the client is waited for again.
 *
 * <ul>
 *   <li>I1: a piece ends where an allocation unit of the node does, or the payload: nobody copies
 *       into a new cluster what the next piece writes.
 *   <li>I2: after a piece that was refused none is written: the whole is to be handed on, and
 *       writes the pieces before it again.
 * </ul>
 */
final class ArrivingWrite {
    /** How much has to be there before it is written, in bytes: less than a socket holds. */
    private static final int PIECE = 128 << 10;

    private final InlineLane inline;
    private final long offset;
    private final MemorySegment payload;
    private long written;
    private boolean refused;

    /**
     * Makes one of {@code payload}, which fills up from its start, to the disk at {@code offset}.
     */
    ArrivingWrite(InlineLane inline, long offset, MemorySegment payload) {
        this.inline = inline;
        this.offset = offset;
        this.payload = payload;
    }

    /** Writes what can be of the first {@code count} bytes, which have arrived; never waits. */
    void arrived(long count) throws IOException {
        boolean all = count == payload.byteSize();
        if (refused || (!all && count - written < PIECE)) {
            return;
        }
        long unit = inline.allocationUnit();
        long end = all ? count : (offset + count) / unit * unit - offset; // I1
        if (end > written) {
            MemorySegment piece = payload.asSlice(written, end - written);
            refused = !inline.write(offset + written, piece); // I2
            written = end;
        }
    }

    /** Returns whether all of it has been written. */
    boolean isDone() {
        return !refused && written == payload.byteSize();
    }
}
