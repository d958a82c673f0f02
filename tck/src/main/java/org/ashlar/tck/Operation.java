package org.ashlar.tck;

/** A kind of call to a node, for fakes to choose by. */
public enum Operation {
    LENGTH,
    READ,
    WRITE,
    ZERO,
    DISCARD,
    FLUSH,
    EXTENT,
    TRUNCATE,
    INACTIVATE,
    ACTIVATE,
    CLOSE
}
