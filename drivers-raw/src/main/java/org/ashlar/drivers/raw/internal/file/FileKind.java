package org.ashlar.drivers.raw.internal.file;

import org.ashlar.drivers.raw.internal.linux.FileStatus;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.BlockException;

/** The two drivers for what has a path on the host. */
enum FileKind {
    /** A regular file. */
    FILE("file", SystemCalls.O_NONBLOCK, "a regular file"),
    /** A block or character device. */
    HOST_DEVICE("host_device", 0, "either a character or block device");

    private final String driverName;
    private final int openFlags;
    private final String wanted;

    FileKind(String driverName, int openFlags, String wanted) {
        this.driverName = driverName;
        this.openFlags = openFlags;
        this.wanted = wanted;
    }

    String driverName() {
        return driverName;
    }

    /** Returns further flags of {@code open}: a named pipe must be refused, not waited for. */
    int openFlags() {
        return openFlags;
    }

    /** Refuses a file of the other kind, in the reference's words. */
    void check(String fileName, FileStatus.Type type) throws BlockException {
        boolean fits =
                switch (type) {
                    case REGULAR -> this == FILE;
                    case BLOCK_DEVICE, CHARACTER_DEVICE -> this == HOST_DEVICE;
                    case DIRECTORY, OTHER -> false;
                };
        if (!fits) {
            throw BlockException.invalid(
                    "'" + driverName + "' driver requires '" + fileName + "' to be " + wanted);
        }
    }
}
