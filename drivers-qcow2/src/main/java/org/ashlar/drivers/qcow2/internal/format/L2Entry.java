package org.ashlar.drivers.qcow2.internal.format;

/**
 * Reads and makes L2 entries (spec, "Cluster mapping", "Extended L2 Entries"). Stateless.
 *
 * <p>An entry is a <em>descriptor</em> and a <em>bitmap</em> of 32 allocation bits (low half) and
 * 32 zero bits (high half). A standard entry has no bitmap on disk; {@link #bitmapOf} gives the one
 * that says the same.
 */
public final class L2Entry {
    /** The cluster's count is exactly one: it may be written in place. */
    public static final long COPIED = 1L << 63;

    /** The descriptor is that of a compressed cluster. */
    public static final long COMPRESSED = 1L << 62;

    /** The whole cluster reads as zeroes; in standard entries of version 3 only. */
    public static final long ZERO = 1;

    /** The bits of a host offset, of an L2 table as well as of a cluster. */
    public static final long OFFSET_MASK = 0x00ff_ffff_ffff_fe00L;

    /** A bitmap whose every part is allocated. */
    public static final long ALL_ALLOCATED = 0xffff_ffffL;

    /** A bitmap whose every part reads as zeroes. */
    public static final long ALL_ZERO = 0xffff_ffff_0000_0000L;

    private static final int SECTOR = 512;

    private L2Entry() {}

    /** Returns whether the descriptor is that of a compressed cluster. */
    public static boolean isCompressed(long descriptor) {
        return (descriptor & COMPRESSED) != 0;
    }

    /** Returns the host offset in a standard descriptor, 0 if it has none. */
    public static long hostOffset(long descriptor) {
        return descriptor & OFFSET_MASK;
    }

    /**
     * Returns whether a standard descriptor names a host cluster. Offset 0 counts only with an
     * external data file, where the COPIED bit tells it from "none".
     */
    public static boolean hasHost(long descriptor, boolean externalData) {
        return hostOffset(descriptor) != 0 || (externalData && (descriptor & COPIED) != 0);
    }

    /** Returns the bitmap that says what a standard entry says. */
    public static long bitmapOf(long descriptor, boolean externalData) {
        if ((descriptor & ZERO) != 0) {
            return ALL_ZERO;
        }
        return hasHost(descriptor, externalData) ? ALL_ALLOCATED : 0;
    }

    /** Returns the allocation bits of a bitmap. */
    public static int allocated(long bitmap) {
        return (int) bitmap;
    }

    /** Returns the zero bits of a bitmap. */
    public static int zero(long bitmap) {
        return (int) (bitmap >>> 32);
    }

    /** Returns a mask of the parts {@code first} to {@code last}, both included. */
    public static int parts(int first, int last) {
        return (-1 << first) & (-1 >>> (31 - last));
    }

    /** Returns the bitmap after the masked parts were given data. */
    public static long withData(long bitmap, int parts) {
        long bits = Integer.toUnsignedLong(parts);
        return (bitmap | bits) & ~(bits << 32);
    }

    /** Returns the bitmap after the masked parts were made to read as zeroes. */
    public static long withZeroes(long bitmap, int parts) {
        long bits = Integer.toUnsignedLong(parts);
        return (bitmap & ~bits) | (bits << 32);
    }

    /** Returns where a compressed cluster's bytes begin. */
    public static long compressedOffset(long descriptor, Geometry geometry) {
        return descriptor & ((1L << offsetBits(geometry)) - 1) & ((1L << 56) - 1);
    }

    /** Returns how many bytes they take at most: to the end of the last sector they touch. */
    public static int compressedLength(long descriptor, Geometry geometry) {
        long more = (descriptor & ~(COPIED | COMPRESSED)) >>> offsetBits(geometry);
        long inSector = compressedOffset(descriptor, geometry) & (SECTOR - 1);
        return (int) ((more + 1) * SECTOR - inSector);
    }

    /**
     * Returns the descriptor of a compressed cluster whose bytes lie before {@link #compressedEnd}.
     */
    public static long compressed(long offset, long length, Geometry geometry) {
        long more = (offset + length - 1) / SECTOR - offset / SECTOR;
        return COMPRESSED | more << offsetBits(geometry) | offset;
    }

    /** Returns before which host offset compressed bytes have to lie. */
    public static long compressedEnd(Geometry geometry) {
        return Math.min(1L << offsetBits(geometry), Limits.HOST_OFFSET_MAX);
    }

    private static int offsetBits(Geometry geometry) {
        return 62 - (geometry.clusterBits() - 8);
    }
}
