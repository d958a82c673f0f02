package org.ashlar.tools.img;

import java.lang.foreign.MemorySegment;

/** Looks for bytes that are not zero. Stateless. */
final class Zeroes {
    private static final MemorySegment ZEROES =
            MemorySegment.ofArray(new byte[1 << 16]).asReadOnly();

    private Zeroes() {}

    /** Returns the offset of the first byte that is not zero, or -1. */
    static long firstNonZero(MemorySegment data) {
        long size = data.byteSize();
        long step = ZEROES.byteSize();
        for (long at = 0; at < size; at += step) {
            long length = Math.min(step, size - at);
            long found = MemorySegment.mismatch(data, at, at + length, ZEROES, 0, length);
            if (found >= 0) {
                return at + found;
            }
        }
        return -1;
    }

    /** Returns whether all bytes are zero. */
    static boolean all(MemorySegment data) {
        return firstNonZero(data) < 0;
    }
}
