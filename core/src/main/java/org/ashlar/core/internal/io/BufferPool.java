package org.ashlar.core.internal.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.ashlar.spi.Buffers;

/**
 * Off-heap scratch memory by powers of two, kept for reuse up to a limit. Thread-safe.
 *
 * <p>Invariant I1: a segment is in at most one place: in use by one buffer, or idle in the queue of
 * its size.
 */
public final class BufferPool implements Buffers {
    private static final int SMALLEST = 12;
    private static final int LARGEST = 25;
    private static final long ALIGNMENT = 4096;

    /** How many bytes may lie idle, over all sizes. */
    private static final long IDLE_LIMIT = 64L << 20;

    private final ConcurrentLinkedQueue<Piece>[] idle = queues();
    private final AtomicLong idleBytes = new AtomicLong();

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static ConcurrentLinkedQueue<Piece>[] queues() {
        ConcurrentLinkedQueue[] queues = new ConcurrentLinkedQueue[LARGEST + 1];
        java.util.Arrays.setAll(queues, _ -> new ConcurrentLinkedQueue<Piece>());
        return queues;
    }

    /** A piece of memory whose arena lives until the piece is dropped. */
    private record Piece(MemorySegment memory) {}

    @Override
    public Buffer acquire(long size) {
        int power =
                Math.max(SMALLEST, Long.SIZE - Long.numberOfLeadingZeros(Math.max(size, 1) - 1));
        Piece piece = power <= LARGEST ? idle[power].poll() : null;
        if (piece != null) {
            idleBytes.addAndGet(-(1L << power));
        } else {
            piece =
                    new Piece(
                            Arena.ofAuto()
                                    .allocate(power <= LARGEST ? 1L << power : size, ALIGNMENT));
        }
        return new Lease(piece, power, size);
    }

    private void release(Piece piece, int power) {
        if (power <= LARGEST && idleBytes.addAndGet(1L << power) <= IDLE_LIMIT) {
            idle[power].add(piece);
        } else if (power <= LARGEST) {
            idleBytes.addAndGet(-(1L << power));
        }
    }

    /** A piece in use by one holder. */
    private final class Lease implements Buffer {
        private final Piece piece;
        private final int power;
        private final MemorySegment segment;
        private boolean released;

        private Lease(Piece piece, int power, long size) {
            this.piece = piece;
            this.power = power;
            this.segment =
                    piece.memory.byteSize() == size ? piece.memory : piece.memory.asSlice(0, size);
        }

        @Override
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public void close() {
            if (!released) {
                released = true;
                release(piece, power);
            }
        }
    }
}
