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

    Kind kind = Kind.UNALLOCATED;
    long length;

    /** Where data lie, in bytes; of data alone. */
    long hostOffset;

    /** Whether data may be written in place: nothing else points to them. */
    boolean own;

    /** The descriptor of a compressed cluster. */
    long descriptor;

    /** What {@link Mapper#hold} holds of the file for it. */
    int hold = InUse.NONE;
}
