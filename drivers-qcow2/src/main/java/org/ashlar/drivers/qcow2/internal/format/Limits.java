package org.ashlar.drivers.qcow2.internal.format;

/**
 * The bounds that an image is held to before anything of it is allocated or followed; the
 * reference's own, so that what one opens the other opens too. Stateless.
 */
public final class Limits {
    public static final int CLUSTER_BITS_MIN = 9;
    public static final int CLUSTER_BITS_MAX = 21;

    /** The smallest cluster that can have subclusters: 16 KiB. */
    public static final int EXTENDED_CLUSTER_BITS_MIN = 14;

    /** The largest L1 table, 32 MiB, in bytes. */
    public static final long L1_BYTES_MAX = 32L << 20;

    /** The largest refcount table, 8 MiB, in bytes. */
    public static final long REFCOUNT_TABLE_BYTES_MAX = 8L << 20;

    public static final int SNAPSHOTS_MAX = 65536;

    /** The longest name of a backing file, in bytes. */
    public static final int BACKING_NAME_MAX = 1023;

    /** Host offsets have 56 bits. */
    public static final long HOST_OFFSET_MAX = 1L << 56;

    public static final int REFCOUNT_ORDER_MAX = 6;

    private Limits() {}
}
