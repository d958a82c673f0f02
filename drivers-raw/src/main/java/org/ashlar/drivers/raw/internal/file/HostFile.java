package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.ashlar.drivers.raw.internal.linux.Errno;
import org.ashlar.drivers.raw.internal.linux.FileStatus;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;

/**
 * What is known of one file, however it is opened: shared by the faces of a node. Thread-safe.
 *
 * <ul>
 *   <li>I1: {@link #length} is never less than the end of a write that has landed, and what the
 *       file grows by outside is seen when it is opened, reopened or activated.
 *   <li>I2: once a flush of the page cache has failed every later one fails: the kernel has dropped
 *       the pages it could not write, and would call the next flush a success.
 * </ul>
 */
final class HostFile {
    /** The reference counts in sectors of this size; a file that ends within one is padded. */
    private static final long SECTOR = 512;

    private final Opener opener;
    private final IoPool.Lane lane;
    private final boolean regular;
    private final AtomicLong length = new AtomicLong();
    private final InlineWrites inlineWrites = new InlineWrites(System::nanoTime);
    private final DataRegions dataRegions = new DataRegions();

    /** The error of a failed flush, negated, or 0; written by whoever's flush failed. */
    private volatile long flushError;

    /** What all parents use and share; written by control calls. */
    private volatile Permissions permissions = Permissions.NONE;

    /** Whether the node may write; written by control calls. */
    private volatile boolean active;

    HostFile(Opener opener, IoPool.Lane lane, OpenFile file, boolean active) throws BlockException {
        this.active = active;
        this.opener = opener;
        this.lane = lane;
        this.regular = file.status().type() == FileStatus.Type.REGULAR;
        refresh(file);
    }

    Opener opener() {
        return opener;
    }

    IoPool.Lane lane() {
        return lane;
    }

    boolean isRegular() {
        return regular;
    }

    InlineWrites inlineWrites() {
        return inlineWrites;
    }

    DataRegions dataRegions() {
        return dataRegions;
    }

    Permissions permissions() {
        return permissions;
    }

    void permissions(Permissions total) {
        permissions = total;
    }

    boolean isActive() {
        return active;
    }

    void active(boolean nowActive) {
        active = nowActive;
    }

    /** Returns where the file ends, in bytes. */
    long length() {
        return length.get();
    }

    /** Returns the length the node shows: whole sectors. */
    long shownLength() {
        return (length.get() + SECTOR - 1) & -SECTOR;
    }

    /** Notes that a write has landed that ended at {@code end}. */
    void landed(long end) {
        if (end > length.get()) {
            length.accumulateAndGet(end, Math::max); // I1
        }
    }

    /** Notes that the file was made to end at {@code newLength}. */
    void resized(long newLength) {
        length.set(newLength);
        dataRegions.forget();
    }

    /** Asks the system how long the file is. */
    void refresh(OpenFile file) throws BlockException {
        long known;
        long actual;
        do {
            known = length.get();
            actual = regular ? file.status().length() : file.seek(0, SystemCalls.SEEK_END);
            if (actual < 0) {
                throw file.failure(
                        "Could not get the length of '" + opener.fileName() + "'", actual);
            }
        } while (!length.compareAndSet(known, actual)); // I1: a write has landed meanwhile
    }

    /** Returns once what was written is on stable storage; may block. */
    void flush(OpenFile file) throws IOException {
        long error = flushError;
        if (error == 0) {
            error = sync(file);
            if (error < 0 && !file.mode().direct()) {
                flushError = error; // I2
            }
        }
        if (error < 0) {
            throw file.failure("Could not flush '" + opener.fileName() + "'", error);
        }
    }

    /** Most character devices have nothing to flush, and say so by an error. */
    private long sync(OpenFile file) {
        long result = file.sync();
        return result == -Errno.EINVAL && !regular ? 0 : result;
    }

    /** Returns the error that flushes fail with, negated, or 0. */
    long flushError() {
        return flushError;
    }

    /** Goes on with the error that another version of the driver met. */
    void flushError(long error) {
        flushError = error;
    }
}
