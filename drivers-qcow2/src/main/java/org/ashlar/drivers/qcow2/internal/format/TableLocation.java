package org.ashlar.drivers.qcow2.internal.format;

/**
 * Where the header says a table lies. Immutable.
 *
 * @param offset where it begins in the file, in bytes
 * @param count how many entries it has; of the refcount table, clusters; of snapshots, snapshots
 */
public record TableLocation(long offset, int count) {
    /** A table that is not there. */
    public static final TableLocation NONE = new TableLocation(0, 0);
}
