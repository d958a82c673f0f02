package org.ashlar.drivers.qcow2.internal.format;

import java.nio.ByteBuffer;

/**
 * The fixed part of an entry of the snapshot table (spec, "Snapshots"). Immutable; what it says is
 * not checked.
 *
 * @param l1 where the snapshot's L1 table lies, and how many entries it has; negative if too many
 * @param idLength how many bytes of its id follow the extra data
 * @param nameLength how many bytes of its name follow the id
 * @param seconds when it was taken, since the epoch
 * @param nanos the part of a second
 * @param clockNanos the guest's clock
 * @param stateSize the size of the machine's state, unless the extra data give it
 * @param extraLength how many bytes of extra data follow this part
 */
public record SnapshotEntry(
        TableLocation l1,
        int idLength,
        int nameLength,
        long seconds,
        long nanos,
        long clockNanos,
        long stateSize,
        long extraLength) {

    /** The length of this part in bytes. */
    public static final int LENGTH = 40;

    /** The most extra data that are accepted, in bytes. */
    public static final int EXTRA_MAX = 1024;

    /** Takes it out of the first {@link #LENGTH} bytes. */
    public static SnapshotEntry of(ByteBuffer in) {
        return new SnapshotEntry(
                new TableLocation(in.getLong(0), in.getInt(8)),
                Short.toUnsignedInt(in.getShort(12)),
                Short.toUnsignedInt(in.getShort(14)),
                Integer.toUnsignedLong(in.getInt(16)),
                Integer.toUnsignedLong(in.getInt(20)),
                in.getLong(24),
                Integer.toUnsignedLong(in.getInt(32)),
                Integer.toUnsignedLong(in.getInt(36)));
    }

    /** Returns whether it is one that the reference would read. */
    public boolean isValid(Geometry geometry) {
        return extraLength <= EXTRA_MAX && hasTable(geometry);
    }

    /** Returns whether there can be an L1 table where it says. */
    public boolean hasTable(Geometry geometry) {
        return l1.count() >= 0
                && (long) l1.count() * Long.BYTES <= Limits.L1_BYTES_MAX
                && l1.offset() >= 0
                && geometry.inCluster(l1.offset()) == 0;
    }

    /** Returns the length of the whole entry with its padding. */
    public long wholeLength() {
        return (LENGTH + extraLength + idLength + nameLength + 7) & -8L;
    }
}
