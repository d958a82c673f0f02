package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.InUse;
import org.ashlar.drivers.qcow2.internal.table.L2Map;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.drivers.qcow2.internal.table.Missing;
import org.ashlar.drivers.qcow2.internal.table.TableSlice;
import org.ashlar.spi.Request;

/**
 * Finds out how guest bytes are stored. Takes no lock where metadata are in memory. Immutable.
 *
 * <p>Who goes to the file for a run, and may wait there or writes, asks {@link #hold}.
 */
final class Mapper {
    private final Metadata metadata;
    private final Geometry geometry;
    private final L2Map map;
    private final Entries entries;
    private final InUse inUse;

    Mapper(Metadata metadata, Entries entries) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.map = metadata.map();
        this.entries = entries;
        this.inUse = metadata.data().inUse();
    }

    /**
     * Describes the run that begins at {@code offset} and has at most {@code maxLength} bytes:
     * bytes that are stored in one way, and data that follow one another in the file.
     */
    void map(Request request, long offset, long maxLength, Run run) throws IOException {
        if (!map.hasTable(offset)) {
            run.kind = Run.Kind.UNALLOCATED;
            run.hasPlace = false;
            run.length = Math.min(maxLength, map.endOfTable(offset) - offset);
            return;
        }
        long cluster = offset >>> geometry.clusterBits();
        while (true) {
            TableSlice slice = map.load(request, cluster);
            long begun = slice.beginRead();
            boolean valid = scan(slice, offset, maxLength, run);
            if (slice.isUnchangedSince(begun)) {
                if (valid) {
                    return;
                }
                // Judged only under the lock, by the slice that is in force.
                metadata.locked(request, () -> checkLocked(cluster));
            }
        }
    }

    /**
     * Describes a run as {@link #map} does, and holds the clusters that it lies in, if any, until
     * {@link #end}: see {@link InUse}.
     */
    void hold(Request request, long offset, long maxLength, Run run) throws IOException {
        map(request, offset, maxLength, run);
        while (run.kind == Run.Kind.DATA || run.kind == Run.Kind.COMPRESSED) {
            Run.Kind kind = run.kind;
            long place = placeOf(run);
            long most = holdPlace(run, place);
            boolean same = false;
            try {
                map(request, offset, Math.min(maxLength, most), run);
                same = run.kind == kind && placeOf(run) == place;
            } finally {
                if (!same) {
                    end(run);
                }
            }
            if (same) {
                return;
            }
        }
    }

    /** Returns what tells where a run lies. */
    private static long placeOf(Run run) {
        return run.kind == Run.Kind.COMPRESSED ? run.descriptor : run.hostOffset;
    }

    /** Holds what a run lies in, and returns how long it may be. */
    private long holdPlace(Run run, long place) {
        int bits = geometry.clusterBits();
        boolean compressed = run.kind == Run.Kind.COMPRESSED;
        long from = compressed ? L2Entry.compressedOffset(place, geometry) : place;
        long length = compressed ? L2Entry.compressedLength(place, geometry) : run.length;
        long first = from >>> bits;
        long count = ((from + length - 1) >>> bits) - first + 1;
        long held = Math.min(count, InUse.MOST_CLUSTERS);
        run.hold = inUse.hold(first, held);
        return compressed ? run.length : Math.min(length, ((first + held) << bits) - from);
    }

    /** Ends what {@link #hold} began. */
    void end(Run run) {
        inUse.end(run.hold);
        run.hold = InUse.NONE;
    }

    private boolean checkLocked(long cluster) throws Missing, IOException {
        TableSlice slice = map.need(cluster);
        int index = map.indexInSlice(cluster);
        long descriptor = map.descriptor(slice, index);
        entries.check(descriptor, map.bitmap(slice, index, descriptor), cluster);
        return true;
    }

    /** Returns false if the first entry cannot be. */
    private boolean scan(TableSlice slice, long offset, long maxLength, Run run) {
        long cluster = offset >>> geometry.clusterBits();
        int index = map.indexInSlice(cluster);
        long descriptor = map.descriptor(slice, index);
        long bitmap = map.bitmap(slice, index, descriptor);
        if (!entries.isValid(descriptor, bitmap, cluster)) {
            return false;
        }
        int part = geometry.part(offset);
        int parts = Entries.sameParts(descriptor, bitmap, part);
        run.kind = Entries.kindOf(descriptor, bitmap, part);
        run.hasPlace = entries.showsHost(descriptor);
        run.own = (descriptor & L2Entry.COPIED) != 0;
        run.descriptor = descriptor;
        run.hostOffset = L2Entry.hostOffset(descriptor) + geometry.inCluster(offset);
        long length = (part + parts) * geometry.partSize() - geometry.inCluster(offset);
        if (part + parts == Geometry.SUBCLUSTERS && run.kind != Run.Kind.COMPRESSED) {
            length = extend(slice, offset, maxLength, length, run);
        }
        run.length = Math.min(length, maxLength);
        return true;
    }

    /** Adds the clusters that go on with the run, as far as the slice and the limit reach. */
    private long extend(TableSlice slice, long offset, long maxLength, long begun, Run run) {
        long length = begun;
        long cluster = (offset >>> geometry.clusterBits()) + 1;
        int index = map.indexInSlice(cluster - 1) + 1;
        for (; length < maxLength && index < map.sliceEntries(); index++, cluster++) {
            long descriptor = map.descriptor(slice, index);
            long bitmap = map.bitmap(slice, index, descriptor);
            if (Entries.kindOf(descriptor, bitmap, 0) != run.kind
                    || !entries.isValid(descriptor, bitmap, cluster)
                    || (run.isInOnePlace() && !follows(descriptor, length, run))) {
                break;
            }
            int parts = Entries.sameParts(descriptor, bitmap, 0);
            length += parts * geometry.partSize();
            if (parts < Geometry.SUBCLUSTERS) {
                break;
            }
        }
        return length;
    }

    private boolean follows(long descriptor, long length, Run run) {
        if (!run.hasPlace) {
            return !entries.showsHost(descriptor);
        }
        return entries.showsHost(descriptor)
                && L2Entry.hostOffset(descriptor) == run.hostOffset + length
                && ((descriptor & L2Entry.COPIED) != 0) == run.own;
    }
}
