package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.ashlar.drivers.raw.internal.linux.Errno;
import org.ashlar.drivers.raw.internal.linux.FileStatus;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.BlockException;

/**
 * One open file description: moves bytes whole, whatever the system splits or interrupts.
 * Thread-safe; whoever closes it has seen to it that nobody uses it any more.
 *
 * <ul>
 *   <li>I1: segments given to it are native, and aligned as the file wants: {@link #takes}.
 *   <li>I2: their memory is not freed while a call works on its address.
 * </ul>
 */
final class OpenFile {
    /**
     * How many bytes go to the page cache at once. A longer write gets pages as large as itself,
     * and of large pages a virtual machine that gives free memory back to its host has none: each
     * is fetched anew. 800 MB took 0.22 s in pieces of 512 KiB or less, 0.7 s in those of 1 MiB and
     * 1.4 s in those of 2 MiB.
     */
    private static final long CACHED_WRITE = 256 << 10;

    private final SystemCalls calls;
    private final String name;
    private final int descriptor;
    private final OpenMode mode;
    private final DirectAlignment alignment;

    /** Whether nothing ever waits: the system does not answer for such files. */
    private final boolean inMemory;

    /**
     * Whether the file system can write to the page cache without waiting; {@code tryWrite} only.
     */
    private volatile boolean writesWithoutWaiting = true;

    OpenFile(
            SystemCalls calls,
            String name,
            int descriptor,
            OpenMode mode,
            DirectAlignment alignment) {
        this.calls = calls;
        this.name = name;
        this.descriptor = descriptor;
        this.mode = mode;
        this.alignment = alignment;
        this.inMemory = calls.isInMemory(descriptor) == 1;
    }

    int descriptor() {
        return descriptor;
    }

    OpenMode mode() {
        return mode;
    }

    /** Returns whether the file is kept in memory, so that nothing waits for storage. */
    boolean isInMemory() {
        return inMemory;
    }

    /** Returns what divides every offset and length, in bytes. */
    int offsetAlignment() {
        return alignment.offset();
    }

    /** Returns whether system calls can work on this memory in place. */
    boolean takes(MemorySegment segment) {
        return segment.isNative() && (segment.address() & (alignment.memory() - 1)) == 0;
    }

    /** Fills {@code into}, with zeroes past the end of the file; may block. */
    void read(long offset, MemorySegment into) throws IOException {
        assert takes(into); // I1
        try {
            readAll(offset, into);
        } finally {
            Reference.reachabilityFence(into); // I2
        }
    }

    private void readAll(long offset, MemorySegment into) throws IOException {
        long address = into.address();
        long length = into.byteSize();
        long done = 0;
        while (done < length) {
            long n = calls.pread(descriptor, address + done, length - done, offset + done);
            if (n > 0) {
                done += n;
            }
            if (n == 0 || endsUnaligned(n)) {
                into.asSlice(done).fill((byte) 0);
                break;
            }
            if (n < 0 && n != -Errno.EINTR) {
                throw failure("Could not read", offset, length, n);
            }
        }
    }

    /** With O_DIRECT only the end of the file cuts a read off in the middle of a block. */
    private boolean endsUnaligned(long count) {
        return mode.direct() && count > 0 && (count & (alignment.offset() - 1)) != 0;
    }

    /**
     * Fills {@code into} from the page cache; returns false if it does not hold all of the range,
     * and then the content of {@code into} is undefined. Does not wait for storage.
     */
    boolean readCached(long offset, MemorySegment into) throws IOException {
        assert takes(into) && !mode.direct(); // I1
        try {
            if (inMemory) {
                readAll(offset, into);
                return true;
            }
            return readAllCached(offset, into);
        } finally {
            Reference.reachabilityFence(into); // I2
        }
    }

    private boolean readAllCached(long offset, MemorySegment into) {
        long address = into.address();
        long length = into.byteSize();
        long done = 0;
        while (done < length) {
            long n = calls.preadNoWait(descriptor, address + done, length - done, offset + done);
            if (n == 0) {
                into.asSlice(done).fill((byte) 0);
                break;
            }
            if (n < 0 && n != -Errno.EINTR) {
                return false; // An error is found again, and reported, by the read that may wait.
            }
            done += Math.max(n, 0);
        }
        return true;
    }

    /** Returns whether the page of {@code offset} is in the page cache or past the end. */
    boolean isCached(long offset) {
        return inMemory || calls.touchNoWait(descriptor, offset) >= 0;
    }

    /** Writes all of {@code from}; may block. */
    void write(long offset, MemorySegment from) throws IOException {
        assert takes(from); // I1
        try {
            writeRest(offset, from, 0);
        } finally {
            Reference.reachabilityFence(from); // I2
        }
    }

    /** What became of a write that must not wait. */
    enum Attempt {
        /** All of it is written. */
        DONE,
        /** Nothing is written: it would have to wait. */
        WOULD_WAIT,
        /** Nothing is written: the file system does not say whether it would wait. */
        NOT_KNOWN
    }

    /** Writes all of {@code from} if the file system says that it need not wait. */
    Attempt tryWrite(long offset, MemorySegment from) throws IOException {
        assert takes(from) && !mode.direct(); // I1
        try {
            return writesWithoutWaiting ? tryWriteAll(offset, from) : Attempt.NOT_KNOWN;
        } finally {
            Reference.reachabilityFence(from); // I2
        }
    }

    private Attempt tryWriteAll(long offset, MemorySegment from) throws IOException {
        long n = calls.pwriteNoWait(descriptor, from.address(), from.byteSize(), offset);
        if (n == -Errno.EOPNOTSUPP) {
            writesWithoutWaiting = false;
            return Attempt.NOT_KNOWN;
        }
        if (n <= 0) {
            return Attempt.WOULD_WAIT; // An error is found again by the write that may wait.
        }
        writeRest(offset, from, n); // Too late to refuse.
        return Attempt.DONE;
    }

    private void writeRest(long offset, MemorySegment from, long alreadyDone) throws IOException {
        long address = from.address();
        long length = from.byteSize();
        long done = alreadyDone;
        while (done < length) {
            long some = mode.direct() ? length - done : Math.min(length - done, CACHED_WRITE);
            long n = calls.pwrite(descriptor, address + done, some, offset + done);
            if (n <= 0 && n != -Errno.EINTR) {
                throw failure("Could not write", offset, length, n == 0 ? -Errno.EIO : n);
            }
            done += Math.max(n, 0);
        }
    }

    /** Returns 0 once what was written is on stable storage, or the error number negated. */
    long sync() {
        long result;
        do {
            result = calls.fdatasync(descriptor);
        } while (result == -Errno.EINTR);
        return result;
    }

    /** Allocates, zeroes or frees a range; returns 0 or the error number negated; may block. */
    long allocate(int how, long offset, long length) {
        long result;
        do {
            result = calls.fallocate(descriptor, how, offset, length);
        } while (result == -Errno.EINTR);
        return result;
    }

    /** Tells a block device to do something to a range; may block. */
    long device(long request, long offset, long length) {
        return calls.ioctlRange(descriptor, request, offset, length);
    }

    /** Sets the length; returns 0 or the error number negated; may block. */
    long setLength(long newLength) {
        long result;
        do {
            result = calls.ftruncate(descriptor, newLength);
        } while (result == -Errno.EINTR);
        return result;
    }

    /** Returns where the next data or hole begins, or the error number negated; may block. */
    long seek(long offset, int whence) {
        return calls.lseek(descriptor, offset, whence);
    }

    /** Describes the file as it is now. */
    FileStatus status() throws BlockException {
        return calls.status(descriptor);
    }

    /** Forgets clean pages of the page cache. */
    void dropCache() {
        calls.dropCache(descriptor);
    }

    /** Returns an error that names the file and the range. */
    BlockException failure(String what, long offset, long length, long result) {
        return calls.failure(
                what + " " + length + " bytes at offset " + offset + " of '" + name + "'", result);
    }

    /** Returns an error of the whole file: {@code what}, and the system's words for why. */
    BlockException failure(String what, long result) {
        return calls.failure(what, result);
    }

    /** Gives the descriptor up; an error of {@code close} says nothing that a flush has not. */
    void close() {
        calls.close(descriptor);
    }
}
