package org.ashlar.spi;

/** How well the first bytes of an image fit a format. */
public enum Probe {
    /** It is something else. */
    NO_MATCH,
    /** It could be anything, and so could be this. */
    FALLBACK,
    /** Its signature is this format's. */
    MATCH
}
