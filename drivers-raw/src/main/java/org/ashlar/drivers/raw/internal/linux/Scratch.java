package org.ashlar.drivers.raw.internal.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * The memory of one system call: where the error number is caught, and the small structures that
 * calls pass by address. Confined to the call that took it from the {@link ScratchPool}.
 */
final class Scratch {
    static final long IOVEC = 16;
    static final long FLOCK = 32;
    static final long WORDS = 64;
    static final long XATTR = 96;
    static final long STATX = 128;
    static final long SINK = 384;
    private static final long SIZE = 512;

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CAPTURE.byteOffset(PathElement.groupElement("errno"));

    final MemorySegment memory = Arena.ofAuto().allocate(SIZE, 64);
    final MemorySegment capture = memory.asSlice(0, IOVEC);

    /** Returns the address of the structure at {@code offset}. */
    long address(long offset) {
        return memory.address() + offset;
    }

    /** Returns the result of a call: what it returned, or the error number negated. */
    long result(long returned) {
        return returned == -1 ? -memory.get(ValueLayout.JAVA_INT, ERRNO_OFFSET) : returned;
    }

    /** Does the same for a call that returned an {@code int}: the upper half is undefined. */
    long intResult(long returned) {
        int lower = (int) returned;
        return result(lower);
    }
}
