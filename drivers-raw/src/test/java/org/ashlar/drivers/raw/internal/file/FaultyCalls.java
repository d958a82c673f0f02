package org.ashlar.drivers.raw.internal.file;

import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.ashlar.drivers.raw.internal.linux.FileStatus;
import org.ashlar.drivers.raw.internal.linux.LinuxCalls;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.BlockException;

/**
 * The system calls of this machine, some of which do what a test says instead, once each: fail, or
 * move fewer bytes. Thread-safe.
 */
final class FaultyCalls implements SystemCalls {
    /** What can go wrong. */
    enum Call {
        READ,
        READ_NO_WAIT,
        WRITE,
        WRITE_NO_WAIT,
        SYNC,
        ALLOCATE,
        TRUNCATE,
        SEEK,
        DEVICE
    }

    private final SystemCalls real = LinuxCalls.ofThisMachine();
    private final Map<Call, Deque<Long>> faults = new ConcurrentHashMap<>();
    private final Map<Call, Integer> made = new ConcurrentHashMap<>();

    /** Whether files pass for block devices; written by the test before it opens one. */
    private volatile boolean devices;

    FaultyCalls() throws BlockException {}

    /**
     * Lets the next calls fail with these error numbers, negated, or move so many bytes at most.
     */
    FaultyCalls next(Call call, long... results) {
        Deque<Long> queue = faults.computeIfAbsent(call, _ -> new ConcurrentLinkedDeque<>());
        for (long result : results) {
            queue.add(result);
        }
        return this;
    }

    /** Lets files pass for block devices. */
    FaultyCalls withDevices() {
        devices = true;
        return this;
    }

    /** Returns how often a call was made. */
    int made(Call call) {
        return made.getOrDefault(call, 0);
    }

    /** Returns the fault for this call: an error below zero, a limit, or "none" as the maximum. */
    private long fault(Call call) {
        made.merge(call, 1, Integer::sum);
        Deque<Long> queue = faults.get(call);
        Long fault = queue == null ? null : queue.poll();
        return fault == null ? Long.MAX_VALUE : fault;
    }

    @Override
    public long pread(int fd, long address, long length, long offset) {
        long fault = fault(Call.READ);
        return fault < 0 ? fault : real.pread(fd, address, Math.min(length, fault), offset);
    }

    @Override
    public long preadNoWait(int fd, long address, long length, long offset) {
        long fault = fault(Call.READ_NO_WAIT);
        return fault < 0 ? fault : real.preadNoWait(fd, address, Math.min(length, fault), offset);
    }

    @Override
    public long pwrite(int fd, long address, long length, long offset) {
        long fault = fault(Call.WRITE);
        return fault < 0 ? fault : real.pwrite(fd, address, Math.min(length, fault), offset);
    }

    /** Where a limit is set it is a file system that can do this, and writes no more than that. */
    @Override
    public long pwriteNoWait(int fd, long address, long length, long offset) {
        long fault = fault(Call.WRITE_NO_WAIT);
        if (fault == Long.MAX_VALUE) {
            return real.pwriteNoWait(fd, address, length, offset);
        }
        return fault < 0 ? fault : real.pwrite(fd, address, Math.min(length, fault), offset);
    }

    @Override
    public long fdatasync(int fd) {
        long fault = fault(Call.SYNC);
        return fault < 0 ? fault : real.fdatasync(fd);
    }

    @Override
    public long fallocate(int fd, int mode, long offset, long length) {
        long fault = fault(Call.ALLOCATE);
        return fault < 0 ? fault : real.fallocate(fd, mode, offset, length);
    }

    @Override
    public long ftruncate(int fd, long length) {
        long fault = fault(Call.TRUNCATE);
        return fault < 0 ? fault : real.ftruncate(fd, length);
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        long fault = fault(Call.SEEK);
        return fault < 0 ? fault : real.lseek(fd, offset, whence);
    }

    @Override
    public long ioctlRange(int fd, long request, long offset, long length) {
        long fault = fault(Call.DEVICE);
        return fault < 0 ? fault : real.ioctlRange(fd, request, offset, length);
    }

    // The rest works as it does.

    @Override
    public int directFlag() {
        return real.directFlag();
    }

    @Override
    public long open(String path, int flags, int mode) {
        return real.open(path, flags, mode);
    }

    @Override
    public long close(int fd) {
        return real.close(fd);
    }

    @Override
    public long duplicate(int fd) {
        return real.duplicate(fd);
    }

    @Override
    public long touchNoWait(int fd, long offset) {
        return real.touchNoWait(fd, offset);
    }

    @Override
    public long dropCache(int fd) {
        return real.dropCache(fd);
    }

    @Override
    public long lockShared(int fd, long offset) {
        return real.lockShared(fd, offset);
    }

    @Override
    public long unlock(int fd, long offset) {
        return real.unlock(fd, offset);
    }

    @Override
    public long isLockedElsewhere(int fd, long offset) {
        return real.isLockedElsewhere(fd, offset);
    }

    @Override
    public long isInMemory(int fd) {
        return real.isInMemory(fd);
    }

    @Override
    public long ioctlGet(int fd, long request) {
        return real.ioctlGet(fd, request);
    }

    @Override
    public long setNoCow(int fd) {
        return real.setNoCow(fd);
    }

    @Override
    public long setExtentSizeHint(int fd, long bytes) {
        return real.setExtentSizeHint(fd, bytes);
    }

    @Override
    public FileStatus status(int fd) throws BlockException {
        FileStatus found = real.status(fd);
        return devices ? new FileStatus(FileStatus.Type.BLOCK_DEVICE, 0, 0, 0, 0) : found;
    }

    @Override
    public String errorText(int errno) {
        return real.errorText(errno);
    }
}
