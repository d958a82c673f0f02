package org.ashlar.spi.source;

/**
 * What a request is going to do, for the gate: a write fence holds back writes alone, a drain both.
 */
public enum Access {
    /** Reads, block status, flush of what is written already. */
    READ,
    /** Writes, zeroes, discards, resizes; may read too. */
    WRITE
}
