package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Writes zeroes where nothing faster is to be had. Stateless; the memory is never written. */
final class Zeroes {
    /** The unit of the first allocation of a file, in bytes. */
    static final long FIRST_BLOCK = 4096;

    private static final long PIECE = 64 << 10;
    private static final MemorySegment MEMORY =
            Arena.ofAuto().allocate(PIECE, FIRST_BLOCK).asReadOnly();

    private Zeroes() {}

    /** Writes {@code length} zeroes; may block. */
    static void write(OpenFile file, long offset, long length) throws IOException {
        for (long done = 0; done < length; done += PIECE) {
            file.write(offset + done, MEMORY.asSlice(0, Math.min(PIECE, length - done)));
        }
    }
}
