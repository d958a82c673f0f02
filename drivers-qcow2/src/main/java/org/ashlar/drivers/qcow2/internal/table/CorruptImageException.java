package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;

/**
 * Says that this very image contradicts itself, found under its lock. The node turns it into a
 * {@code BlockException} and reports it; another node's corruption never has this type.
 */
public final class CorruptImageException extends IOException {
    private static final long serialVersionUID = 1;

    private final long offset;
    private final long length;

    /** Names what is wrong in one line, and where in the file it was found, in bytes. */
    public CorruptImageException(String message, long offset, long length) {
        this.offset = offset;
        this.length = length;
        super(message);
    }

    /** Returns where in the file the contradiction lies. */
    public long offset() {
        return offset;
    }

    /** Returns how many bytes it concerns. */
    public long length() {
        return length;
    }
}
