package org.ashlar.spi;

/** A set of request flags. Immutable; instances are shared, so none is allocated per request. */
public final class IoFlags {
    private static final IoFlags[] ALL = new IoFlags[64];

    static {
        for (int bits = 0; bits < ALL.length; bits++) {
            ALL[bits] = new IoFlags(bits);
        }
    }

    public static final IoFlags NONE = ALL[0];

    /** Return only once the data are on stable storage. */
    public static final IoFlags FUA = ALL[1];

    /** A zero request may deallocate. */
    public static final IoFlags MAY_UNMAP = ALL[2];

    /** A zero request must fail with {@code UNSUPPORTED} rather than be slow. */
    public static final IoFlags NO_FALLBACK = ALL[4];

    /** The visible data stay the same; {@code WRITE_UNCHANGED} suffices. */
    public static final IoFlags UNCHANGED = ALL[8];

    /** Fills from below: dropped for whatever is allocated by the time it would be linked. */
    public static final IoFlags POPULATE = ALL[16];

    /** Store compressed where the format can; ignored elsewhere. */
    public static final IoFlags COMPRESSED = ALL[32];

    private final int bits;

    private IoFlags(int bits) {
        this.bits = bits;
    }

    /** Returns both sets together. */
    public IoFlags with(IoFlags other) {
        return ALL[bits | other.bits];
    }

    /** Returns this set less the other. */
    public IoFlags without(IoFlags other) {
        return ALL[bits & ~other.bits];
    }

    /** Returns whether all flags of {@code other} are set. */
    public boolean has(IoFlags other) {
        return (bits & other.bits) == other.bits;
    }
}
