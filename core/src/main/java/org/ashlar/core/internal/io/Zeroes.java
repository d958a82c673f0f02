package org.ashlar.core.internal.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Looks for zeroes in memory. Stateless. */
final class Zeroes {

    private Zeroes() {}

    /** Returns whether every byte is zero. */
    static boolean isZero(MemorySegment memory) {
        long length = memory.byteSize();
        if (length == 0 || memory.get(ValueLayout.JAVA_BYTE, 0) != 0) {
            return length == 0;
        }
        // Every byte equals the one before it, and the first is zero: one vectorised comparison in
        // the JDK.
        return MemorySegment.mismatch(memory, 1, length, memory, 0, length - 1) < 0;
    }
}
