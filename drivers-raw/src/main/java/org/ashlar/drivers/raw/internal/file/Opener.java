package org.ashlar.drivers.raw.internal.file;

import org.ashlar.drivers.raw.internal.linux.Errno;
import org.ashlar.drivers.raw.internal.linux.FileStatus;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.BlockException;

/** Opens files and checks what they are. Immutable; its calls may block. */
final class Opener {
    private static final int CREATED_MODE = 0644;

    private final SystemCalls calls;
    private final FileKind kind;
    private final String fileName;

    Opener(SystemCalls calls, FileKind kind, String fileName) {
        this.calls = calls;
        this.kind = kind;
        this.fileName = fileName;
    }

    SystemCalls calls() {
        return calls;
    }

    /** Returns the name the user gave, for messages. */
    String fileName() {
        return fileName;
    }

    /** Opens the file of that name. */
    OpenFile open(OpenMode mode) throws BlockException {
        return open(fileName, mode, kind.openFlags(), "Could not open '" + fileName + "'");
    }

    /** Opens the file of that name for writing; makes it if it is not there. */
    OpenFile create() throws BlockException {
        return open(
                fileName,
                new OpenMode(true, false),
                kind.openFlags() | SystemCalls.O_CREAT,
                "Could not create '" + fileName + "'");
    }

    /**
     * Opens the file behind a descriptor of this process once more, in another mode: the same file,
     * even if it was renamed or deleted meanwhile.
     */
    OpenFile reopen(int descriptor, OpenMode mode) throws BlockException {
        return open("/proc/self/fd/" + descriptor, mode, 0, "Could not open '" + fileName + "'");
    }

    private OpenFile open(String path, OpenMode mode, int moreFlags, String failure)
            throws BlockException {
        long result;
        do {
            result = calls.open(path, mode.flags(calls) | moreFlags, CREATED_MODE);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            throw calls.failure(failure, result);
        }
        int descriptor = (int) result;
        try {
            return checked(descriptor, mode);
        } catch (BlockException | RuntimeException | Error unusable) {
            calls.close(descriptor);
            throw unusable;
        }
    }

    private OpenFile checked(int descriptor, OpenMode mode) throws BlockException {
        FileStatus status = calls.status(descriptor);
        kind.check(fileName, status.type());
        boolean device = status.type() == FileStatus.Type.BLOCK_DEVICE;
        if (device && mode.writable() && calls.ioctlGet(descriptor, SystemCalls.BLKROGET) > 0) {
            throw calls.failure("The device is not writable", -Errno.EACCES);
        }
        DirectAlignment alignment =
                mode.direct()
                        ? DirectAlignment.of(calls, descriptor, status)
                        : DirectAlignment.NONE;
        return new OpenFile(calls, fileName, descriptor, mode, alignment);
    }
}
