package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.spi.Buffers;

/**
 * Moves bytes between a file and any memory: what the system cannot work on in place (on heap, or
 * not aligned as {@code O_DIRECT} wants) goes through pooled memory, in pieces. Thread-safe.
 */
final class Bounce {
    /** The longest piece in bytes; a multiple of every alignment. */
    private static final long PIECE = 1 << 20;

    private final Buffers buffers;

    Bounce(Buffers buffers) {
        this.buffers = buffers;
    }

    /** Fills {@code into}; may block. */
    void read(OpenFile file, long offset, MemorySegment into) throws IOException {
        if (file.takes(into)) {
            file.read(offset, into);
            return;
        }
        for (long done = 0; done < into.byteSize(); done += PIECE) {
            MemorySegment part = piece(into, done);
            try (Buffers.Buffer buffer = buffers.acquire(part.byteSize())) {
                file.read(offset + done, buffer.segment());
                part.copyFrom(buffer.segment());
            }
        }
    }

    /** Fills {@code into} if all of it is in the page cache; does not wait for storage. */
    boolean readCached(OpenFile file, long offset, MemorySegment into) throws IOException {
        if (file.takes(into)) {
            return file.readCached(offset, into);
        }
        for (long done = 0; done < into.byteSize(); done += PIECE) {
            MemorySegment part = piece(into, done);
            try (Buffers.Buffer buffer = buffers.acquire(part.byteSize())) {
                if (!file.readCached(offset + done, buffer.segment())) {
                    return false;
                }
                part.copyFrom(buffer.segment());
            }
        }
        return true;
    }

    /** Writes all of {@code from}; may block. */
    void write(OpenFile file, long offset, MemorySegment from) throws IOException {
        if (file.takes(from)) {
            file.write(offset, from);
            return;
        }
        for (long done = 0; done < from.byteSize(); done += PIECE) {
            MemorySegment part = piece(from, done);
            try (Buffers.Buffer buffer = buffers.acquire(part.byteSize())) {
                buffer.segment().copyFrom(part);
                file.write(offset + done, buffer.segment());
            }
        }
    }

    private static MemorySegment piece(MemorySegment whole, long done) {
        return whole.asSlice(done, Math.min(PIECE, whole.byteSize() - done));
    }
}
