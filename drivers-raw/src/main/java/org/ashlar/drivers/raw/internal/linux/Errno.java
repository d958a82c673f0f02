package org.ashlar.drivers.raw.internal.linux;

import org.ashlar.spi.BlockException.Kind;

/** Names the error numbers of Linux that the drivers tell apart. Stateless. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENOTTY = 25;
    public static final int ETXTBSY = 26;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ELOOP = 40;
    public static final int EOPNOTSUPP = 95;
    public static final int EDQUOT = 122;

    private Errno() {}

    /** Returns what an export or a monitor reports for {@code errno}. */
    public static Kind kindOf(int errno) {
        return switch (errno) {
            case ENOENT -> Kind.NOT_FOUND;
            case EPERM, EACCES, EROFS -> Kind.NOT_PERMITTED;
            case ENOSPC, EDQUOT, EFBIG -> Kind.NO_SPACE;
            case EINVAL, EISDIR, ENOTDIR, ENAMETOOLONG, ELOOP -> Kind.INVALID;
            case EOPNOTSUPP, ENOTTY, ENOSYS -> Kind.UNSUPPORTED;
            case EBUSY, ETXTBSY, EAGAIN -> Kind.BUSY;
            case ENODEV, ENXIO -> Kind.GONE;
            default -> Kind.IO;
        };
    }

    /** Returns whether {@code result} says that the kernel or the file system lacks the call. */
    public static boolean isUnsupported(long result) {
        return result == -EOPNOTSUPP || result == -ENOTTY || result == -ENOSYS;
    }
}
