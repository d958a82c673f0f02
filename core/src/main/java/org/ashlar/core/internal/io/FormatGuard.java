package org.ashlar.core.internal.io;

import java.lang.foreign.MemorySegment;

/**
 * Says whether the head of an image whose format nobody named looks like that of a format: whoever
 * may write it could otherwise make the next opening take it for an image that names other files.
 */
@FunctionalInterface
public interface FormatGuard {
    /** So many bytes at the beginning of an image are watched. */
    int HEAD = 512;

    /** Returns whether some format's signature is in these {@value #HEAD} bytes. */
    boolean isFormat(MemorySegment head);
}
