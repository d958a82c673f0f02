package org.ashlar.drivers.raw.internal.file;

import org.ashlar.drivers.raw.internal.linux.SystemCalls;

/**
 * How a file is opened. Immutable.
 *
 * @param writable for writing too
 * @param direct past the page cache
 */
record OpenMode(boolean writable, boolean direct) {

    /**
     * Returns whether a file opened in one mode serves for the other. Written out, as the first use
     * of the {@code equals} that the compiler makes costs every start some milliseconds.
     */
    boolean isSameAs(OpenMode other) {
        return writable == other.writable && direct == other.direct;
    }

    /** Returns the flags of {@code open}. */
    int flags(SystemCalls calls) {
        return SystemCalls.O_CLOEXEC
                | (writable ? SystemCalls.O_RDWR : SystemCalls.O_RDONLY)
                | (direct ? calls.directFlag() : 0);
    }
}
