package org.ashlar.spi;

/** What creation or a growing truncate does with the new space. */
public enum Preallocation {
    /** Nothing is allocated. */
    OFF,
    /** Metadata are written, data stay holes. */
    METADATA,
    /** Space is reserved without being written. */
    FALLOC,
    /** Space is reserved by writing zeroes. */
    FULL
}
