package org.ashlar.drivers.raw.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.ashlar.spi.BlockException;

/** Makes the system calls, through the functions of the C library. Thread-safe. */
public final class LinuxCalls implements SystemCalls {
    private static final MethodHandle OPEN = CLibrary.link("open");
    private static final MethodHandle CLOSE = CLibrary.link("close");
    private static final MethodHandle FCNTL = CLibrary.link("fcntl");
    private static final MethodHandle IOCTL = CLibrary.link("ioctl");
    private static final MethodHandle PREAD = CLibrary.link("pread");
    private static final MethodHandle PREADV2 = CLibrary.link("preadv2");
    private static final MethodHandle PWRITE = CLibrary.link("pwrite");
    private static final MethodHandle PWRITEV2 = CLibrary.link("pwritev2");
    private static final MethodHandle FDATASYNC = CLibrary.link("fdatasync");
    private static final MethodHandle FALLOCATE = CLibrary.link("fallocate");
    private static final MethodHandle FTRUNCATE = CLibrary.link("ftruncate");
    private static final MethodHandle LSEEK = CLibrary.link("lseek");
    private static final MethodHandle FADVISE = CLibrary.link("posix_fadvise");
    private static final MethodHandle STATX = CLibrary.link("statx");
    private static final MethodHandle FSTATFS = CLibrary.link("fstatfs");
    private static final MethodHandle ERROR_TEXT = CLibrary.link("strerrordesc_np");

    private static final int RWF_NOWAIT = 8;
    private static final int FADV_DONTNEED = 4;

    private static final long TMPFS_MAGIC = 0x0102_1994L;

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_OFD_GETLK = 36;
    private static final int F_OFD_SETLK = 37;
    private static final short F_RDLCK = 0;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;

    private static final long FS_IOC_GETFLAGS = 0x80086601L;
    private static final long FS_IOC_SETFLAGS = 0x40086602L;
    private static final int FS_NOCOW_FL = 0x0080_0000;
    private static final long FS_IOC_FSGETXATTR = 0x801c581fL;
    private static final long FS_IOC_FSSETXATTR = 0x401c5820L;
    private static final int FS_XFLAG_EXTSIZE = 0x800;

    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_AND_DIOALIGN = 0x27ff;

    private final ScratchPool pool = new ScratchPool();

    /**
     * Returns the system calls of this machine.
     *
     * @throws BlockException of kind {@code UNSUPPORTED} on anything but a 64-bit Linux with glibc
     */
    public static SystemCalls ofThisMachine() throws BlockException {
        try {
            return new LinuxCalls();
        } catch (ExceptionInInitializerError | NoClassDefFoundError missing) {
            throw new BlockException(
                    BlockException.Kind.UNSUPPORTED,
                    "host files need Linux on a 64-bit processor with glibc 2.32 or newer",
                    missing);
        }
    }

    private LinuxCalls() {}

    @Override
    public int directFlag() {
        return System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;
    }

    // The calls of the data path name their handle where they invoke it: a handle that is a
    // constant there is compiled into the caller.

    @Override
    public long pread(int fd, long address, long length, long offset) {
        Scratch scratch = pool.take();
        try {
            return scratch.result(
                    (long)
                            PREAD.invokeExact(
                                    scratch.capture, (long) fd, address, length, offset, 0L));
        } catch (Throwable impossible) {
            throw CLibrary.unexpected(impossible);
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    public long preadNoWait(int fd, long address, long length, long offset) {
        Scratch scratch = pool.take();
        try {
            long vector = vector(scratch, address, length);
            return scratch.result(
                    (long)
                            PREADV2.invokeExact(
                                    scratch.capture,
                                    (long) fd,
                                    vector,
                                    1L,
                                    offset,
                                    (long) RWF_NOWAIT));
        } catch (Throwable impossible) {
            throw CLibrary.unexpected(impossible);
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    public long pwrite(int fd, long address, long length, long offset) {
        Scratch scratch = pool.take();
        try {
            return scratch.result(
                    (long)
                            PWRITE.invokeExact(
                                    scratch.capture, (long) fd, address, length, offset, 0L));
        } catch (Throwable impossible) {
            throw CLibrary.unexpected(impossible);
        } finally {
            pool.give(scratch);
        }
    }

    private static long vector(Scratch scratch, long address, long length) {
        scratch.memory.set(JAVA_LONG, Scratch.IOVEC, address);
        scratch.memory.set(JAVA_LONG, Scratch.IOVEC + 8, length);
        return scratch.address(Scratch.IOVEC);
    }

    @Override
    public long pwriteNoWait(int fd, long address, long length, long offset) {
        Scratch scratch = pool.take();
        try {
            long vector = vector(scratch, address, length);
            return scratch.result(
                    CLibrary.invoke(PWRITEV2, scratch, fd, vector, 1, offset, RWF_NOWAIT));
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    public long touchNoWait(int fd, long offset) {
        Scratch scratch = pool.take();
        try {
            long vector = vector(scratch, scratch.address(Scratch.SINK), 1);
            return scratch.result(
                    CLibrary.invoke(PREADV2, scratch, fd, vector, 1, offset, RWF_NOWAIT));
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    public long open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            // What allocates and copies a text in one call links more at a start than all of this.
            byte[] text = path.getBytes(UTF_8);
            MemorySegment name = arena.allocate(text.length + 1L);
            name.asSlice(0, text.length).copyFrom(MemorySegment.ofArray(text));
            return callInt(OPEN, name.address(), flags, mode, 0);
        }
    }

    @Override
    public long close(int fd) {
        return callInt(CLOSE, fd, 0, 0, 0);
    }

    @Override
    public long duplicate(int fd) {
        return callInt(FCNTL, fd, F_DUPFD_CLOEXEC, 0, 0);
    }

    @Override
    public long fdatasync(int fd) {
        return callInt(FDATASYNC, fd, 0, 0, 0);
    }

    @Override
    public long fallocate(int fd, int mode, long offset, long length) {
        return callInt(FALLOCATE, fd, mode, offset, length);
    }

    @Override
    public long ftruncate(int fd, long length) {
        return callInt(FTRUNCATE, fd, length, 0, 0);
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        Scratch scratch = pool.take();
        try {
            return scratch.result(CLibrary.invoke(LSEEK, scratch, fd, offset, whence, 0, 0));
        } finally {
            pool.give(scratch);
        }
    }

    /** Returns its error number instead of setting {@code errno}, unlike all the others. */
    @Override
    public long dropCache(int fd) {
        return -callInt(FADVISE, fd, 0, 0, FADV_DONTNEED);
    }

    @Override
    public long lockShared(int fd, long offset) {
        return lock(fd, F_OFD_SETLK, F_RDLCK, offset);
    }

    @Override
    public long unlock(int fd, long offset) {
        return lock(fd, F_OFD_SETLK, F_UNLCK, offset);
    }

    @Override
    public long isLockedElsewhere(int fd, long offset) {
        return lock(fd, F_OFD_GETLK, F_WRLCK, offset);
    }

    /** Returns 0, or 1 if the kernel left another's lock in the structure. */
    private long lock(int fd, int command, short type, long offset) {
        Scratch scratch = pool.take();
        try {
            MemorySegment flock = scratch.memory.asSlice(Scratch.FLOCK, 32);
            flock.fill((byte) 0);
            flock.set(JAVA_SHORT, 0, type);
            flock.set(JAVA_LONG, 8, offset);
            flock.set(JAVA_LONG, 16, 1);
            long result =
                    scratch.intResult(
                            CLibrary.invoke(FCNTL, scratch, fd, command, flock.address(), 0, 0));
            boolean found = command == F_OFD_GETLK && flock.get(JAVA_SHORT, 0) != F_UNLCK;
            return result < 0 ? result : found ? 1 : 0;
        } finally {
            pool.give(scratch);
        }
    }

    /** The first word of {@code struct statfs} is the type of the file system. */
    @Override
    public long isInMemory(int fd) {
        Scratch scratch = pool.take();
        try {
            long address = scratch.address(Scratch.STATX);
            long result =
                    scratch.intResult(CLibrary.invoke(FSTATFS, scratch, fd, address, 0, 0, 0));
            boolean tmpfs = scratch.memory.get(JAVA_LONG, Scratch.STATX) == TMPFS_MAGIC;
            return result < 0 ? result : tmpfs ? 1 : 0;
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    public long ioctlGet(int fd, long request) {
        Scratch scratch = pool.take();
        try {
            scratch.memory.set(JAVA_LONG, Scratch.WORDS, 0);
            long result =
                    scratch.intResult(
                            CLibrary.invoke(
                                    IOCTL,
                                    scratch,
                                    fd,
                                    request,
                                    scratch.address(Scratch.WORDS),
                                    0,
                                    0));
            return result < 0 ? result : scratch.memory.get(JAVA_INT, Scratch.WORDS);
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    public long ioctlRange(int fd, long request, long offset, long length) {
        Scratch scratch = pool.take();
        try {
            scratch.memory.set(JAVA_LONG, Scratch.WORDS, offset);
            scratch.memory.set(JAVA_LONG, Scratch.WORDS + 8, length);
            return scratch.intResult(
                    CLibrary.invoke(
                            IOCTL, scratch, fd, request, scratch.address(Scratch.WORDS), 0, 0));
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    public long setNoCow(int fd) {
        Scratch scratch = pool.take();
        try {
            long address = scratch.address(Scratch.WORDS);
            long result =
                    scratch.intResult(
                            CLibrary.invoke(IOCTL, scratch, fd, FS_IOC_GETFLAGS, address, 0, 0));
            if (result < 0) {
                return result;
            }
            int flags = scratch.memory.get(JAVA_INT, Scratch.WORDS) | FS_NOCOW_FL;
            scratch.memory.set(JAVA_INT, Scratch.WORDS, flags);
            return scratch.intResult(
                    CLibrary.invoke(IOCTL, scratch, fd, FS_IOC_SETFLAGS, address, 0, 0));
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    public long setExtentSizeHint(int fd, long bytes) {
        Scratch scratch = pool.take();
        try {
            MemorySegment attributes = scratch.memory.asSlice(Scratch.XATTR, 28);
            long address = attributes.address();
            long result =
                    scratch.intResult(
                            CLibrary.invoke(IOCTL, scratch, fd, FS_IOC_FSGETXATTR, address, 0, 0));
            if (result < 0) {
                return result;
            }
            attributes.set(JAVA_INT, 0, attributes.get(JAVA_INT, 0) | FS_XFLAG_EXTSIZE);
            attributes.set(JAVA_INT, 4, (int) bytes);
            return scratch.intResult(
                    CLibrary.invoke(IOCTL, scratch, fd, FS_IOC_FSSETXATTR, address, 0, 0));
        } finally {
            pool.give(scratch);
        }
    }

    /** Reads {@code struct statx}, whose layout is the same on every processor. */
    @Override
    public FileStatus status(int fd) throws BlockException {
        Scratch scratch = pool.take();
        try {
            MemorySegment statx = scratch.memory.asSlice(Scratch.STATX, 256);
            statx.fill((byte) 0);
            scratch.memory.set(JAVA_LONG, Scratch.WORDS, 0);
            long emptyPath = scratch.address(Scratch.WORDS);
            int mask = STATX_BASIC_AND_DIOALIGN;
            long returned =
                    scratch.intResult(
                            CLibrary.invoke(
                                    STATX,
                                    scratch,
                                    fd,
                                    emptyPath,
                                    AT_EMPTY_PATH,
                                    mask,
                                    statx.address()));
            if (returned < 0) {
                throw failure("Could not get the status of a file", returned);
            }
            return new FileStatus(
                    FileStatus.Type.ofMode(statx.get(JAVA_SHORT, 28)),
                    statx.get(JAVA_LONG, 40),
                    statx.get(JAVA_LONG, 48) * 512,
                    statx.get(JAVA_INT, 152),
                    statx.get(JAVA_INT, 156));
        } finally {
            pool.give(scratch);
        }
    }

    @Override
    @SuppressWarnings("restricted") // The texts of the C library are static, and end.
    public String errorText(int errno) {
        Scratch scratch = pool.take();
        try {
            long text = CLibrary.invoke(ERROR_TEXT, scratch, errno, 0, 0, 0, 0);
            return text == 0
                    ? "Unknown error " + errno
                    : MemorySegment.ofAddress(text).reinterpret(256).getString(0);
        } finally {
            pool.give(scratch);
        }
    }

    private long callInt(MethodHandle function, long a, long b, long c, long d) {
        Scratch scratch = pool.take();
        try {
            return scratch.intResult(CLibrary.invoke(function, scratch, a, b, c, d, 0));
        } finally {
            pool.give(scratch);
        }
    }
}
