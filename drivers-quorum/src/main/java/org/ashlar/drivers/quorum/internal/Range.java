package org.ashlar.drivers.quorum.internal;

/**
 * A range of a node. Immutable.
 *
 * @param offset where it begins, in bytes
 * @param length how many bytes it has
 */
record Range(long offset, long length) {

    /** No bytes at all: what a flush is reported with. */
    static final Range NONE = new Range(0, 0);

    @Override
    public String toString() {
        return length + " bytes at " + offset;
    }
}
