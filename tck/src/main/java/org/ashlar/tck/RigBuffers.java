package org.ashlar.tck;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.spi.Buffers;

/**
 * Scratch memory that tells misuse: it is full of rubbish when acquired, cannot be touched after it
 * was given back, and what is never given back is counted. Thread-safe.
 */
final class RigBuffers implements Buffers {
    private static final byte RUBBISH = (byte) 0xa5;
    private static final int ALIGNMENT = 4096;

    private final AtomicInteger inUse = new AtomicInteger();

    @Override
    public Buffer acquire(long size) {
        Arena arena = Arena.ofShared();
        MemorySegment segment = arena.allocate(size, ALIGNMENT).fill(RUBBISH);
        inUse.incrementAndGet();
        return new Buffer() {
            @Override
            public MemorySegment segment() {
                return segment;
            }

            @Override
            public void close() {
                arena.close();
                inUse.decrementAndGet();
            }
        };
    }

    /** Returns how many buffers were not given back. */
    int inUse() {
        return inUse.get();
    }
}
