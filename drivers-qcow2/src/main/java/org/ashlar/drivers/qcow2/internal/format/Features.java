package org.ashlar.drivers.qcow2.internal.format;

/**
 * The three feature masks of a version 3 header (spec, "Header", bytes 72 to 95). Immutable.
 *
 * @param incompatible who does not know a bit must not open the image
 * @param compatible who does not know a bit may ignore it
 * @param autoclear who does not know a bit must clear it before writing
 */
public record Features(long incompatible, long compatible, long autoclear) {
    /** Reference counts may be wrong: they are to be made anew before writing. */
    public static final long DIRTY = 1;

    /** The image contradicts itself: it must not be written. */
    public static final long CORRUPT = 1 << 1;

    /** Guest clusters lie in a file of their own. */
    public static final long EXTERNAL_DATA = 1 << 2;

    /** Clusters are not compressed with deflate. */
    public static final long COMPRESSION_TYPE = 1 << 3;

    /** L2 entries have 128 bits. */
    public static final long EXTENDED_L2 = 1 << 4;

    /** All incompatible bits that are known here. */
    public static final long KNOWN_INCOMPATIBLE =
            DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

    /** Compatible: reference counts may be written late, under the dirty bit. */
    public static final long LAZY_REFCOUNTS = 1;

    /** Autoclear: the bitmaps that the image keeps are true. */
    public static final long BITMAPS = 1;

    /** Autoclear: the data file is a raw image by itself. */
    public static final long RAW_EXTERNAL_DATA = 1 << 1;

    /** The autoclear bits that writing here keeps true. */
    public static final long KEPT_AUTOCLEAR = RAW_EXTERNAL_DATA;

    /** No feature at all. */
    public static final Features NONE = new Features(0, 0, 0);

    /** Returns whether all bits of an incompatible feature are set. */
    public boolean has(long incompatibleBits) {
        return (incompatible & incompatibleBits) == incompatibleBits;
    }

    /** Returns whether a bit says that the metadata contradict, or may contradict, each other. */
    public boolean isDamaged() {
        return (incompatible & (DIRTY | CORRUPT)) != 0;
    }

    /** Returns these with incompatible bits set. */
    public Features with(long incompatibleBits) {
        return new Features(incompatible | incompatibleBits, compatible, autoclear);
    }

    /** Returns these with incompatible bits cleared. */
    public Features without(long incompatibleBits) {
        return new Features(incompatible & ~incompatibleBits, compatible, autoclear);
    }

    /** Returns these with only the autoclear bits that writing here keeps true. */
    public Features clearedForWriting() {
        return new Features(incompatible, compatible, autoclear & KEPT_AUTOCLEAR);
    }

    /** Returns whether reference counts may be written late. */
    public boolean lazyRefcounts() {
        return (compatible & LAZY_REFCOUNTS) != 0;
    }

    /** Returns whether the data file must stay a raw image by itself. */
    public boolean rawExternalData() {
        return has(EXTERNAL_DATA) && (autoclear & RAW_EXTERNAL_DATA) != 0;
    }
}
