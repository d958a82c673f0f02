package org.ashlar.drivers.quorum.internal;

/** Which children a read asks. */
enum ReadPattern {
    /** All of them, and their answers are put to the vote. */
    QUORUM,
    /** The first one that has not failed. */
    FIFO
}
