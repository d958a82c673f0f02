package org.ashlar.drivers.qcow2.internal.format;

import java.nio.ByteBuffer;

/**
 * The fixed part of an entry of the bitmap directory (spec, "Bitmap directory"). Immutable; what it
 * says is not checked.
 *
 * @param table where the bitmap's table lies, and how many entries it has; negative if too many
 * @param flags see the constants
 * @param type what kind of bitmap it is
 * @param granularityBits the binary logarithm of the bytes that one bit stands for
 * @param nameLength how many bytes of its name follow the extra data
 * @param extraLength how many bytes of extra data follow this part
 */
public record BitmapEntry(
        TableLocation table,
        int flags,
        int type,
        int granularityBits,
        int nameLength,
        long extraLength) {

    /** The length of this part in bytes. */
    public static final int LENGTH = 24;

    /** The only type there is. */
    public static final int DIRTY_TRACKING = 1;

    /** The bitmap was not saved when it was last in use. */
    public static final int IN_USE = 1;

    /** The bitmap records what is written. */
    public static final int AUTO = 2;

    /** Takes it out of the first {@link #LENGTH} bytes. */
    public static BitmapEntry of(ByteBuffer in) {
        return new BitmapEntry(
                new TableLocation(in.getLong(0), in.getInt(8)),
                in.getInt(12),
                Byte.toUnsignedInt(in.get(16)),
                Byte.toUnsignedInt(in.get(17)),
                Short.toUnsignedInt(in.getShort(18)),
                Integer.toUnsignedLong(in.getInt(20)));
    }

    /** Returns the length of the whole entry with its padding. */
    public long wholeLength() {
        return (LENGTH + extraLength + nameLength + 7) & -8L;
    }
}
