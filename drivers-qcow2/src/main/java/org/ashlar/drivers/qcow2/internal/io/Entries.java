package org.ashlar.drivers.qcow2.internal.io;

import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.CorruptImageException;

/** Tells what L2 entries of one image mean, and which cannot be. Immutable. */
final class Entries {
    private final Geometry geometry;

    Entries(Geometry geometry) {
        this.geometry = geometry;
    }

    /** Returns how one part of a cluster is stored, by a valid entry. */
    static Run.Kind kindOf(long descriptor, long bitmap, int part) {
        if (L2Entry.isCompressed(descriptor)) {
            return Run.Kind.COMPRESSED;
        }
        if ((bitmap & (1L << part)) != 0) {
            return Run.Kind.DATA;
        }
        return (bitmap & (1L << (32 + part))) != 0 ? Run.Kind.ZERO : Run.Kind.UNALLOCATED;
    }

    /** Returns the number of parts from {@code part} on that are stored as that one is. */
    static int sameParts(long descriptor, long bitmap, int part) {
        if (L2Entry.isCompressed(descriptor)) {
            return Geometry.SUBCLUSTERS - part;
        }
        int allocated = L2Entry.allocated(bitmap);
        int zero = L2Entry.zero(bitmap);
        int differsA = (allocated & (1 << part)) != 0 ? ~allocated : allocated;
        int differsZ = (zero & (1 << part)) != 0 ? ~zero : zero;
        int differs = (differsA | differsZ) >>> part;
        return Math.min(Integer.numberOfTrailingZeros(differs), Geometry.SUBCLUSTERS - part);
    }

    /** Returns whether a descriptor names a host cluster. */
    boolean hasHost(long descriptor) {
        return !L2Entry.isCompressed(descriptor)
                && L2Entry.hasHost(descriptor, geometry.externalData());
    }

    /**
     * Returns whether a descriptor shows where its cluster is, whatever is read from there. Where a
     * descriptor of zeroes names offset 0 of an external data file, the reference shows nothing.
     */
    boolean showsHost(long descriptor) {
        boolean zeroes = (descriptor & L2Entry.ZERO) != 0;
        return hasHost(descriptor) && !(zeroes && L2Entry.hostOffset(descriptor) == 0);
    }

    /** Returns whether the entry's host cluster is nobody else's. */
    boolean isOwn(long descriptor) {
        return hasHost(descriptor) && (descriptor & L2Entry.COPIED) != 0;
    }

    /** Returns whether an entry can be. */
    boolean isValid(long descriptor, long bitmap, long guestCluster) {
        if (L2Entry.isCompressed(descriptor)) {
            return !geometry.externalData();
        }
        long host = L2Entry.hostOffset(descriptor);
        boolean placed =
                geometry.externalData()
                        ? !hasHost(descriptor) || host == guestCluster << geometry.clusterBits()
                        : geometry.inCluster(host) == 0;
        if (geometry.extendedL2()) {
            int allocated = L2Entry.allocated(bitmap);
            return placed
                    && (allocated & L2Entry.zero(bitmap)) == 0
                    && (allocated == 0 || hasHost(descriptor));
        }
        return placed && (geometry.version() > 2 || (descriptor & L2Entry.ZERO) == 0);
    }

    /**
     * Says what is wrong with an entry.
     *
     * @throws CorruptImageException if it cannot be
     */
    void check(long descriptor, long bitmap, long guestCluster) throws CorruptImageException {
        if (isValid(descriptor, bitmap, guestCluster)) {
            return;
        }
        long host = L2Entry.hostOffset(descriptor);
        String what;
        if (L2Entry.isCompressed(descriptor)) {
            what = "Compressed cluster entry found in image with external data file";
        } else if (geometry.inCluster(host) != 0) {
            what = "Cluster allocation offset 0x%x unaligned".formatted(host);
        } else if (geometry.version() == 2) {
            what = "Zero cluster entry found in pre-v3 image";
        } else if (geometry.externalData() && hasHost(descriptor)) {
            what = "External data file host cluster offset 0x%x does not match".formatted(host);
        } else {
            what = "Invalid cluster entry found";
        }
        int l2Index = (int) guestCluster & ((1 << geometry.l2Bits()) - 1);
        throw new CorruptImageException(
                "%s (guest cluster offset: 0x%x, L2 index: 0x%x)"
                        .formatted(what, guestCluster << geometry.clusterBits(), l2Index),
                host,
                geometry.clusterSize());
    }
}
