package org.ashlar.drivers.raw.internal.file;

import java.lang.foreign.Arena;
import org.ashlar.drivers.raw.internal.linux.FileStatus;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;

/**
 * What {@code O_DIRECT} wants on a file; powers of two, in bytes. Immutable.
 *
 * @param memory what divides the address of a buffer
 * @param offset what divides offsets and lengths
 */
record DirectAlignment(int memory, int offset) {
    private static final int LEAST = 512;
    private static final int MOST = 4096;

    /** A file that is read through the page cache. */
    static final DirectAlignment NONE = new DirectAlignment(1, 1);

    /**
     * Finds out what an open file wants: from {@code statx} since Linux 6.1, from the block device,
     * or by trying which reads are accepted; may block.
     */
    static DirectAlignment of(SystemCalls calls, int descriptor, FileStatus status) {
        if (status.directOffset() > 0 && status.directMemory() > 0) {
            return new DirectAlignment(status.directMemory(), status.directOffset());
        }
        if (status.type() == FileStatus.Type.BLOCK_DEVICE) {
            long sector = calls.ioctlGet(descriptor, SystemCalls.BLKSSZGET);
            if (sector >= LEAST) {
                return new DirectAlignment(MOST, (int) sector);
            }
        }
        return new DirectAlignment(MOST, probe(calls, descriptor));
    }

    /**
     * Returns the smallest power of two at which data can be read; at the end anything is accepted.
     */
    private static int probe(SystemCalls calls, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            long buffer = arena.allocate(MOST, MOST).address();
            for (int size = LEAST; size < MOST; size *= 2) {
                if (calls.pread(descriptor, buffer, size, size) > 0) {
                    return size;
                }
            }
        }
        return MOST;
    }
}
