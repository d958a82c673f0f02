package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.DiscardPolicy;
import org.ashlar.drivers.qcow2.internal.table.L2Map;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.Request;

/** Gives up whole clusters that the guest does not need. Immutable. */
final class Discarding {
    private final Metadata metadata;
    private final Geometry geometry;
    private final L2Map map;
    private final EntryChanges changes;
    private final Backing backing;

    Discarding(Metadata metadata, EntryChanges changes, Backing backing) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.map = metadata.map();
        this.changes = changes;
        this.backing = backing;
    }

    /** Gives up the clusters that lie whole in a range; the last may be cut by the disk's end. */
    void discard(Request request, long offset, long length) throws IOException {
        DiscardPolicy policy = metadata.discards();
        long end = offset + length;
        long from = geometry.clusterEnd(offset);
        long to =
                end >= metadata.header().size()
                        ? geometry.clusterEnd(end)
                        : geometry.clusterStart(end);
        boolean below = backing.exists(request);
        if (from >= to || (geometry.version() == 2 && below)) {
            // Version 2 cannot say zero: what is below would show again.
            return;
        }
        if (geometry.externalData() && policy.requests()) {
            long there = metadata.data().lengthFrom(request, from, to - from);
            metadata.data().child().discard(request, from, there);
        }
        if (metadata.header().features().rawExternalData()) {
            return;
        }
        forEachTable(request, from, to, below, entry -> discardEntry(entry, below, policy));
    }

    private void discardEntry(EntryChanges.Entry entry, boolean below, DiscardPolicy policy) {
        boolean holds = entry.isCompressed() || entry.hasHost() || entry.bitmap() != 0;
        if (!holds && !below) {
            return;
        }
        boolean keep = policy.keepClusters() && entry.isOwn() && geometry.version() > 2;
        long descriptor = keep ? entry.descriptor() : 0;
        if (geometry.version() > 2 && !geometry.extendedL2()) {
            descriptor |= L2Entry.ZERO;
        }
        entry.set(descriptor, L2Entry.ALL_ZERO);
        if (!keep) {
            entry.freeHost(policy.requests());
        }
    }

    /**
     * Takes clusters away as if they had never been written, in {@code [offset, end)}; the host is
     * always told.
     */
    void cut(Request request, long offset, long end) throws IOException {
        forEachTable(
                request,
                geometry.clusterEnd(offset),
                geometry.clusterEnd(end),
                false,
                entry -> {
                    entry.set(0, 0);
                    entry.freeHost(true);
                });
    }

    /**
     * @param missing whether to make tables where there are none
     */
    private void forEachTable(
            Request request, long from, long to, boolean missing, EntryChanges.Change change)
            throws IOException {
        for (long at = from; at < to; ) {
            long end = Math.min(to, map.endOfTable(at));
            if (missing || map.hasTable(at)) {
                long count = (end - at) >>> geometry.clusterBits();
                changes.changeAll(request, at >>> geometry.clusterBits(), count, change);
            }
            at = end;
        }
    }
}
