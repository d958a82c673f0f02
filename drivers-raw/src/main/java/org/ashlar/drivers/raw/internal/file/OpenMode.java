package org.ashlar.drivers.raw.internal.file;

import org.ashlar.drivers.raw.internal.linux.SystemCalls;

/**
 * How a file is opened. Immutable.
 *
 * @param writable for writing too
 * @param direct past the page cache
 */
record OpenMode(boolean writable, boolean direct) {

    /** Returns the flags of {@code open}. */
    int flags(SystemCalls calls) {
        return SystemCalls.O_CLOEXEC
                | (writable ? SystemCalls.O_RDWR : SystemCalls.O_RDONLY)
                | (direct ? calls.directFlag() : 0);
    }
}
