package org.ashlar.drivers.qcow2.internal.format;

import java.nio.ByteBuffer;

/**
 * What an entry of the snapshot table begins with (spec, "Snapshots"). Immutable.
 *
 * @param l1Offset where the snapshot's L1 table lies, in bytes
 * @param l1Entries how many entries that has
 * @param extraLength the length in bytes of the extra data that follow
 * @param length the length of the whole entry in bytes, with what fills it up
 */
public record SnapshotHeader(long l1Offset, long l1Entries, long extraLength, long length) {
    /** How many bytes are read of an entry. */
    public static final int LENGTH = 40;

    /** Reads the beginning of an entry. */
    public static SnapshotHeader read(ByteBuffer in) {
        int names = Short.toUnsignedInt(in.getShort(12)) + Short.toUnsignedInt(in.getShort(14));
        long extra = Integer.toUnsignedLong(in.getInt(36));
        return new SnapshotHeader(
                in.getLong(0),
                Integer.toUnsignedLong(in.getInt(8)),
                extra,
                (LENGTH + extra + names + 7) & -8L);
    }

    /** Returns whether it is one that the reference would read. */
    public boolean isValid(Geometry geometry) {
        return extraLength <= Limits.SNAPSHOT_EXTRA_MAX && hasTable(geometry);
    }

    /** Returns whether there can be an L1 table where it says. */
    public boolean hasTable(Geometry geometry) {
        return l1Entries * Long.BYTES <= Limits.L1_BYTES_MAX
                && l1Offset >= 0
                && geometry.inCluster(l1Offset) == 0;
    }
}
