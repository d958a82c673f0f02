package org.ashlar.drivers.qcow2.internal;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.io.Guest;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/**
 * Makes a guest disk longer or shorter. The core keeps other requests out of the range that comes
 * or goes; the others go on. Immutable.
 */
final class Resize {
    private static final int SECTOR = 512;

    private final Metadata metadata;
    private final Guest guest;
    private final boolean overBacking;
    private final Geometry geometry;

    /**
     * Makes one for one call.
     *
     * @param overBacking whether preallocated space must not hide what lies below
     */
    Resize(Metadata metadata, Guest guest, boolean overBacking) {
        this.metadata = metadata;
        this.guest = guest;
        this.overBacking = overBacking;
        this.geometry = metadata.geometry();
    }

    /**
     * Gives the disk {@code newLength} bytes.
     *
     * @throws BlockException of kind {@code INVALID} if it cannot be so long, {@code UNSUPPORTED}
     *     if snapshots are in the way
     */
    void to(Request request, long newLength, Preallocation preallocation) throws IOException {
        if (newLength < 0) {
            throw BlockException.invalid("Image size cannot be negative");
        }
        if (newLength % SECTOR != 0) {
            throw BlockException.invalid("The new size must be a multiple of " + SECTOR);
        }
        if (geometry.version() == 2 && metadata.header().snapshots().count() > 0) {
            throw BlockException.unsupported("Can't resize a v2 image which has snapshots: it");
        }
        long old = metadata.header().size();
        if (newLength < old) {
            shrink(request, newLength, preallocation);
        } else {
            grow(request, old, newLength, preallocation);
        }
    }

    private void grow(Request request, long old, long newLength, Preallocation preallocation)
            throws IOException {
        metadata.l1Length().grow(request, newLength);
        guest.clear(request, old, newLength);
        if (geometry.externalData()) {
            growDataFile(request, newLength, preallocation);
        }
        if (preallocation != Preallocation.OFF && newLength > old) {
            if (overBacking && !geometry.extendedL2()) {
                throw BlockException.unsupported(
                        "Preallocation over a backing file without extended L2 entries");
            }
            preallocate(request, old, newLength, preallocation);
        }
        metadata.updateHeader(request, header -> header.withSize(newLength));
    }

    private void growDataFile(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        HostFile data = metadata.data();
        if (data.length(request) < newLength) {
            Preallocation ofFile =
                    preallocation == Preallocation.METADATA ? Preallocation.OFF : preallocation;
            data.child().truncate(request, newLength, ofFile);
        }
    }

    private void preallocate(Request request, long old, long newLength, Preallocation preallocation)
            throws IOException {
        HostFile file = metadata.file();
        boolean space = preallocation != Preallocation.METADATA && !geometry.externalData();
        if (space) {
            long end = Math.max(file.length(request), metadata.endOfUse());
            long more = spaceFor(newLength - geometry.clusterStart(old));
            file.child().truncate(request, end + more, preallocation);
        }
        guest.preallocate(request, old, newLength - old, !overBacking);
        if (file.length(request) < metadata.endOfUse()) {
            file.child().truncate(request, metadata.endOfUse(), Preallocation.OFF);
        }
    }

    /** Returns what so many guest bytes take with their L2 tables and refcounts. */
    private long spaceFor(long length) {
        long data = geometry.clustersFor(length);
        long l2 = (data >>> geometry.l2Bits()) + 1;
        long refcounts = ((data + l2) >>> geometry.refcountBlockBits()) + 1;
        return (data + l2 + refcounts) << geometry.clusterBits();
    }

    private void shrink(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        if (preallocation != Preallocation.OFF) {
            throw BlockException.invalid("Preallocation can't be used for shrinking an image");
        }
        guest.cut(request, newLength, metadata.header().size());
        metadata.l1Length().dropTables(newLength);
        metadata.updateHeader(request, header -> header.withSize(newLength));
        if (geometry.externalData()) {
            metadata.data().child().truncate(request, newLength, Preallocation.OFF);
            metadata.data().truncated(newLength);
        }
    }
}
