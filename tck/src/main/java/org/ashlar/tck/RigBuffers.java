package org.ashlar.tck;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.ashlar.spi.Buffers;

/**
 * Scratch memory that tells misuse: it is full of rubbish when acquired and again once it was given
 * back, a write after that is found out, and what is never given back is counted. Thread-safe.
 *
 * <p>Memory is not freed when it is given back: freeing what every thread may touch stops them all,
 * which costs more than the test that asked for it.
 *
 * <p>Invariant: what lies idle is rubbish from end to end, unless somebody wrote to what he had
 * given back.
 */
final class RigBuffers implements Buffers {
    private static final byte RUBBISH = (byte) 0xa5;
    private static final MemorySegment ALL_RUBBISH =
            MemorySegment.ofArray(new byte[1 << 16]).fill(RUBBISH);
    private static final int ALIGNMENT = 4096;

    /** So many pieces of a size lie idle before one is used again, for late touches to be seen. */
    private static final int RESTING = 8;

    private final Map<Long, Queue<MemorySegment>> idle = new HashMap<>();
    private int inUse;

    @Override
    public synchronized Buffer acquire(long size) {
        Queue<MemorySegment> rested = idleOf(size);
        MemorySegment segment =
                rested.size() > RESTING
                        ? checked(rested.remove())
                        : Arena.ofAuto().allocate(size, ALIGNMENT).fill(RUBBISH);
        inUse++;
        return new Lease(segment);
    }

    /**
     * Returns how many buffers were not given back.
     *
     * @throws AssertionError if one was written to after it was given back
     */
    synchronized int inUse() {
        idle.values().forEach(pieces -> pieces.forEach(this::checked));
        return inUse;
    }

    private Queue<MemorySegment> idleOf(long size) {
        return idle.computeIfAbsent(size, _ -> new ArrayDeque<>());
    }

    private MemorySegment checked(MemorySegment segment) {
        for (long from = 0; from < segment.byteSize(); from += ALL_RUBBISH.byteSize()) {
            long length = Math.min(ALL_RUBBISH.byteSize(), segment.byteSize() - from);
            if (segment.asSlice(from, length).mismatch(ALL_RUBBISH.asSlice(0, length)) >= 0) {
                throw new AssertionError("a buffer was written to after it was given back");
            }
        }
        return segment;
    }

    private synchronized void giveBack(MemorySegment segment) {
        inUse--;
        idleOf(segment.byteSize()).add(segment.fill(RUBBISH));
    }

    /** A buffer that is given back once. */
    private final class Lease implements Buffer {
        private final MemorySegment segment;
        private boolean returned;

        private Lease(MemorySegment segment) {
            this.segment = segment;
        }

        @Override
        public MemorySegment segment() {
            if (returned) {
                throw new IllegalStateException("the buffer was given back");
            }
            return segment;
        }

        @Override
        public void close() {
            if (returned) {
                throw new IllegalStateException("the buffer was given back before");
            }
            returned = true;
            giveBack(segment);
        }
    }
}
