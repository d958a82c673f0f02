package org.ashlar.drivers.raw.internal.linux;

import org.ashlar.spi.BlockException;

/**
 * The system calls on files, each made once: an interrupted or short call is the caller's to
 * repeat. A result below zero is an error number, negated. Thread-safe; descriptors and addresses
 * are the caller's to keep valid. An interface so that tests can make a call fail.
 */
public interface SystemCalls {
    int O_RDONLY = 0;
    int O_RDWR = 2;
    int O_CREAT = 0x40;
    int O_NONBLOCK = 0x800;
    int O_CLOEXEC = 0x80000;

    int FALLOC_KEEP_SIZE = 1;
    int FALLOC_PUNCH_HOLE = 2;
    int FALLOC_ZERO_RANGE = 0x10;

    int SEEK_END = 2;
    int SEEK_DATA = 3;
    int SEEK_HOLE = 4;

    long BLKROGET = 0x125e;
    long BLKSSZGET = 0x1268;
    long BLKDISCARD = 0x1277;
    long BLKZEROOUT = 0x127f;

    /** Returns the bit of {@code open} that bypasses the page cache; it differs by processor. */
    int directFlag();

    /** Opens a file and returns its descriptor; may block. */
    long open(String path, int flags, int mode);

    /** Gives a descriptor up. */
    long close(int fd);

    /** Returns another descriptor of the same open file description: they share its locks. */
    long duplicate(int fd);

    /** Reads into memory; returns how much, 0 at the end; may block. */
    long pread(int fd, long address, long length, long offset);

    /**
     * Reads what is in the page cache; {@code -EAGAIN} if that is nothing. Does not wait for
     * storage.
     */
    long preadNoWait(int fd, long address, long length, long offset);

    /** Reads and drops one byte if it is in the page cache; {@code -EAGAIN} if it is not. */
    long touchNoWait(int fd, long offset);

    /** Writes from memory and returns how much; may block. */
    long pwrite(int fd, long address, long length, long offset);

    /** Writes what can be written without waiting; {@code -EOPNOTSUPP} on most file systems. */
    long pwriteNoWait(int fd, long address, long length, long offset);

    /** Returns once data, and the metadata needed to read them, are on stable storage. */
    long fdatasync(int fd);

    /** Allocates, zeroes or frees a range, as {@code mode} says. */
    long fallocate(int fd, int mode, long offset, long length);

    /** Sets the length in bytes. */
    long ftruncate(int fd, long length);

    /** Seeks; with {@code SEEK_DATA} and {@code SEEK_HOLE} it looks for the next of these. */
    long lseek(int fd, long offset, int whence);

    /** Forgets what the page cache holds of the file and is clean. */
    long dropCache(int fd);

    /** Takes a shared lock on one byte, for the open file description; does not wait. */
    long lockShared(int fd, long offset);

    /** Gives the lock on one byte back. */
    long unlock(int fd, long offset);

    /** Returns 1 if another open file description has a lock on the byte, 0 if none has. */
    long isLockedElsewhere(int fd, long offset);

    /**
     * Returns 1 if the file is kept in memory (tmpfs): nothing ever waits for storage, 0 if not.
     */
    long isInMemory(int fd);

    /** Asks a block device for a number. */
    long ioctlGet(int fd, long request);

    /** Tells a block device to do something to a range. */
    long ioctlRange(int fd, long request, long offset, long length);

    /** Asks the file system not to copy on write; a hint. */
    long setNoCow(int fd);

    /** Asks the file system to allocate in units of so many bytes; a hint. */
    long setExtentSizeHint(int fd, long bytes);

    /**
     * Describes an open file.
     *
     * @throws BlockException of the kind the error has
     */
    FileStatus status(int fd) throws BlockException;

    /** Returns the system's words for an error number, in English. */
    String errorText(int errno);

    /** Returns the exception for a failed call: {@code what}, and the system's words for why. */
    default BlockException failure(String what, long result) {
        int errno = (int) -result;
        return new BlockException(Errno.kindOf(errno), what + ": " + errorText(errno));
    }
}
