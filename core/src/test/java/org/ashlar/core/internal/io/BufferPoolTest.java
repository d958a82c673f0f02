package org.ashlar.core.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ashlar.spi.Buffers.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scratch memory. */
class BufferPoolTest {
    private final BufferPool pool = new BufferPool();

    @ParameterizedTest
    @ValueSource(
            longs = {0, 1, 512, 4095, 4096, 4097, 1 << 20, (1 << 25) - 1, 1 << 25, (1 << 25) + 1})
    void buffer_isOfTheSizeAskedFor_alignedAndWritable(long size) {
        try (Buffer buffer = pool.acquire(size)) {
            MemorySegment memory = buffer.segment();
            assertEquals(size, memory.byteSize());
            assertEquals(0, memory.address() % 4096);
            memory.fill((byte) 7);
            if (size > 0) {
                assertEquals(7, memory.get(ValueLayout.JAVA_BYTE, size - 1));
            }
        }
    }

    @Test
    void buffersInUse_areApart() {
        List<Buffer> all = new ArrayList<>();
        Set<Long> addresses = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Buffer buffer = pool.acquire(5000);
            all.add(buffer);
            assertTrue(addresses.add(buffer.segment().address()));
        }
        all.forEach(Buffer::close);
    }

    @Test
    void bufferGivenBack_isUsedAgain_onceOnly() {
        Buffer first = pool.acquire(4096);
        long address = first.segment().address();
        first.close();
        first.close(); // a second time changes nothing
        Buffer second = pool.acquire(3000);
        Buffer third = pool.acquire(3000);
        assertEquals(address, second.segment().address());
        assertNotEquals(address, third.segment().address());
    }

    @Test
    void idleMemory_isBounded_andLargeBuffersAreNotKept() {
        List<Buffer> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(pool.acquire(1 << 25));
        }
        Set<Long> used = new HashSet<>();
        all.forEach(buffer -> used.add(buffer.segment().address()));
        all.forEach(Buffer::close);
        int again = 0;
        try {
            for (int i = 0; i < 4; i++) {
                again += used.contains(pool.acquire(1 << 25).segment().address()) ? 1 : 0;
            }
        } finally {
            Reference.reachabilityFence(all); // or what is not kept could come back
        }
        assertEquals(2, again, "64 MiB are kept: two of four buffers of 32 MiB");
    }
}
