package org.ashlar.tck;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.Lock;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;

/**
 * Carries out on whole blocks what a driver asks for of any range. Immutable; confined to a call.
 *
 * @param edge leads to the node
 * @param block the node's alignment in bytes
 */
record WholeBlocks(RigChild edge, Request request, int block) {

    private long down(long offset) {
        return offset / block * block;
    }

    private long up(long offset) {
        return down(offset + block - 1);
    }

    private MemorySegment memory(long size) {
        return Arena.ofAuto().allocate(size, block);
    }

    /** Reads the blocks around the range and copies what was asked for. */
    void read(long offset, MemorySegment into) throws IOException {
        long from = down(offset);
        MemorySegment whole = memory(up(offset + into.byteSize()) - from);
        edge.read(request, from, whole);
        into.copyFrom(whole.asSlice(offset - from, into.byteSize()));
    }

    /** Reads the blocks around the range, changes and writes them. */
    void write(long offset, MemorySegment from, IoFlags flags) throws IOException {
        long start = down(offset);
        Lock alone = edge.slot().blocks().writeLock();
        alone.lock();
        try {
            MemorySegment whole = memory(up(offset + from.byteSize()) - start);
            edge.read(request, start, whole);
            whole.asSlice(offset - start, from.byteSize()).copyFrom(from);
            edge.write(request, start, whole, flags);
        } finally {
            alone.unlock();
        }
    }

    /** Zeroes the whole blocks first: the node may refuse, and then nothing has changed. */
    void zero(long offset, long length, IoFlags flags) throws IOException {
        long end = offset + length;
        long from = Math.min(up(offset), end);
        long to = Math.max(down(end), from);
        if (from < to) {
            edge.zero(request, from, to - from, flags);
        }
        IoFlags plain = flags.without(IoFlags.MAY_UNMAP).without(IoFlags.NO_FALLBACK);
        writeZeroes(offset, from - offset, plain);
        writeZeroes(to, end - to, plain);
    }

    private void writeZeroes(long offset, long length, IoFlags flags) throws IOException {
        if (length > 0) {
            write(offset, MemorySegment.ofArray(new byte[(int) length]), flags);
        }
    }

    /** Discards the whole blocks in the range. */
    void discard(long offset, long length) throws IOException {
        long from = up(offset);
        long to = down(offset + length);
        if (from < to) {
            edge.discard(request, from, to - from);
        }
    }
}
