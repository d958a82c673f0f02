package org.ashlar.drivers.qcow2.internal.io;

import org.ashlar.drivers.qcow2.internal.table.InUse;

/**
 * A run of guest bytes that are stored in one way; filled by {@link Mapper}. Confined to a request.
 */
final class Run {

    /** How bytes are stored. */
    enum Kind {
        /** Not here: read from the backing file, or as zeroes. */
        UNALLOCATED,
        /** As zeroes. */
        ZERO,
        /** As they are, at {@link #hostOffset}. */
        DATA,
        /** Compressed; the run ends with the cluster. */
        COMPRESSED
    }

    /** Whether bytes that are not data, but have a place, must follow in the file, too. */
    private final boolean byPlace;

    Kind kind = Kind.UNALLOCATED;
    long length;

    /** Where data lie, in bytes; also where other bytes have a place. */
    long hostOffset;

    /** Whether a host cluster is set aside for it; not of what is compressed. */
    boolean hasPlace;

    /** Whether data may be written in place: nothing else points to them. */
    boolean own;

    /** The descriptor of a compressed cluster. */
    long descriptor;

    /** What {@link Mapper#hold} holds of the file for it. */
    int hold = InUse.NONE;

    /** Makes a run that is as long as its bytes are stored in one way. */
    Run() {
        this(false);
    }

    private Run(boolean byPlace) {
        this.byPlace = byPlace;
    }

    /** Makes a run all of which lies in one place, data or not, or nowhere. */
    static Run byPlace() {
        return new Run(true);
    }

    /** Returns whether bytes belong to the run only if they follow in the file. */
    boolean isInOnePlace() {
        return kind == Kind.DATA || byPlace;
    }
}
