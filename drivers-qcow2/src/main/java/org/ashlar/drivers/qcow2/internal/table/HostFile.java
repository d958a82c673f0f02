package org.ashlar.drivers.qcow2.internal.table;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/**
 * The file an image lies in, read as if it had zeroes after its end: the last cluster of an image
 * may be cut short. Thread-safe.
 *
 * <p>I1: {@code knownLength} never exceeds the file's length; nobody else may resize the file.
 */
public final class HostFile {
    private static final ValueLayout.OfLong BIG_ENDIAN =
            JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int CHUNK = 1 << 20;
    private static final int SECTOR = 512;
    private static final VarHandle KNOWN_LENGTH;

    static {
        try {
            KNOWN_LENGTH =
                    MethodHandles.lookup().findVarHandle(HostFile.class, "knownLength", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Child child;
    private final Buffers buffers;
    private final InUse inUse = new InUse();

    /** Raised by {@link #raise} alone, lowered by {@link #truncated}. */
    private volatile long knownLength;

    public HostFile(Child child, Buffers buffers) {
        this.child = child;
        this.buffers = buffers;
    }

    /** Returns the edge to the file. */
    public Child child() {
        return child;
    }

    /** Returns scratch memory. */
    public Buffers buffers() {
        return buffers;
    }

    /** Returns what calls in flight go to in this file. */
    public InUse inUse() {
        return inUse;
    }

    /** Returns the file's length in bytes. */
    public long length(Request request) throws IOException {
        long length = child.length(request);
        raise(length);
        return length;
    }

    /** Fills {@code into} with what lies at {@code offset}. */
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        if (offset + into.byteSize() <= knownLength) {
            child.read(request, offset, into);
        } else {
            readNearEnd(request, offset, into);
        }
    }

    private void readNearEnd(Request request, long offset, MemorySegment into) throws IOException {
        long there = Math.clamp(length(request) - offset, 0, into.byteSize());
        if (there > 0) {
            child.read(request, offset, into.asSlice(0, there));
        }
        into.asSlice(there).fill((byte) 0);
    }

    /** Writes {@code from} at {@code offset}, growing the file if need be. */
    public void write(Request request, long offset, MemorySegment from) throws IOException {
        child.write(request, offset, from, IoFlags.NONE);
        raise(offset + from.byteSize());
    }

    /** Returns once all that was written is on stable storage. */
    public void flush(Request request) throws IOException {
        child.flush(request);
    }

    /** Returns how many of {@code length} bytes at {@code offset} lie before the file's end. */
    public long lengthFrom(Request request, long offset, long length) throws IOException {
        return offset + length <= knownLength
                ? length
                : Math.clamp(length(request) - offset, 0, length);
    }

    /** Tells the host that a range is not needed; what lies past the file's end is left out. */
    public void discard(Request request, long offset, long length) throws IOException {
        long there = Math.min(length, length(request) - offset);
        if (there > 0) {
            child.discard(request, offset, there);
        }
    }

    /** Lets the file end with a whole sector, as a compressed cluster's descriptor counts them. */
    public void completeLastSector(Request request) throws IOException {
        long rest = length(request) & (SECTOR - 1);
        if (rest != 0 && child.capabilities(request).has(Capabilities.Feature.RESIZE)) {
            child.truncate(request, length(request) - rest + SECTOR, Preallocation.OFF);
        }
    }

    /** Notes that the file was given another length. */
    public void truncated(long length) {
        knownLength = length;
    }

    private void raise(long length) {
        long known = knownLength;
        while (length > known && !KNOWN_LENGTH.compareAndSet(this, known, length)) {
            known = knownLength;
        }
    }

    /** Fills {@code words} with the big-endian words at {@code offset}. */
    public void readWords(Request request, long offset, long[] words) throws IOException {
        for (int done = 0; done < words.length; ) {
            int count = Math.min(words.length - done, CHUNK / Long.BYTES);
            try (Buffers.Buffer buffer = buffers.acquire((long) count * Long.BYTES)) {
                read(request, offset + (long) done * Long.BYTES, buffer.segment());
                MemorySegment.copy(buffer.segment(), BIG_ENDIAN, 0, words, done, count);
            }
            done += count;
        }
    }

    /** Writes {@code count} words, beginning with {@code words[first]}, at {@code offset}. */
    public void writeWords(Request request, long offset, long[] words, int first, int count)
            throws IOException {
        for (int done = 0; done < count; ) {
            int some = Math.min(count - done, CHUNK / Long.BYTES);
            try (Buffers.Buffer buffer = buffers.acquire((long) some * Long.BYTES)) {
                MemorySegment.copy(words, first + done, buffer.segment(), BIG_ENDIAN, 0, some);
                write(request, offset + (long) done * Long.BYTES, buffer.segment());
            }
            done += some;
        }
    }

    /** Replaces the fields of the header that may change; all else of it stays. */
    public void patchHeader(Request request, Header header) throws IOException {
        HeaderFile.read(request, this).patch(request, header);
    }

    /** Writes zeroes over {@code length} bytes at {@code offset}, growing the file if need be. */
    public void writeZeroes(Request request, long offset, long length) throws IOException {
        long size = Math.min(length, CHUNK);
        try (Buffers.Buffer buffer = buffers.acquire(size)) {
            buffer.segment().fill((byte) 0);
            for (long done = 0; done < length; done += size) {
                size = Math.min(size, length - done);
                write(request, offset + done, buffer.segment().asSlice(0, size));
            }
        }
    }
}
