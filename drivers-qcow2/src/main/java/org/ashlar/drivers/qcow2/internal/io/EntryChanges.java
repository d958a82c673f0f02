package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.Claims;
import org.ashlar.drivers.qcow2.internal.table.L2Map;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.drivers.qcow2.internal.table.Missing;
import org.ashlar.drivers.qcow2.internal.table.TableSlice;
import org.ashlar.spi.Background;
import org.ashlar.spi.Request;

/**
 * Changes L2 entries slice by slice under the image's lock, and tells whoever keeps mappings.
 * Thread-safe.
 *
 * <p>A change waits for claims on its clusters: a write that is copying a cluster would otherwise
 * bring back, when it links its copy, what the change took away.
 */
final class EntryChanges {
    private final Metadata metadata;
    private final Geometry geometry;
    private final L2Map map;
    private final Entries entries;
    private final Background background;

    /** How many changes have begun that nobody was told of yet. */
    private final AtomicInteger unannounced = new AtomicInteger();

    EntryChanges(Metadata metadata, Entries entries, Background background) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.map = metadata.map();
        this.entries = entries;
        this.background = background;
    }

    /** One entry under the lock, as it is and as it shall be. Confined to the lock's holder. */
    final class Entry {
        private final TableSlice slice;
        private final long cluster;
        private final int index;
        private final long descriptor;
        private final long bitmap;

        private Entry(TableSlice slice, long cluster) {
            this.slice = slice;
            this.cluster = cluster;
            this.index = map.indexInSlice(cluster);
            this.descriptor = map.descriptor(slice, index);
            this.bitmap = map.bitmap(slice, index, descriptor);
        }

        long cluster() {
            return cluster;
        }

        long descriptor() {
            return descriptor;
        }

        long bitmap() {
            return bitmap;
        }

        boolean isCompressed() {
            return L2Entry.isCompressed(descriptor);
        }

        boolean hasHost() {
            return entries.hasHost(descriptor);
        }

        boolean isOwn() {
            return entries.isOwn(descriptor);
        }

        /** Replaces the entry; nothing is dirtied if it is the same. */
        void set(long newDescriptor, long newBitmap) {
            boolean sameBitmap = !geometry.extendedL2() || newBitmap == bitmap;
            if (newDescriptor != descriptor || !sameBitmap) {
                map.set(slice, index, newDescriptor, newBitmap);
            }
        }

        /** Puts the host clusters the entry pointed to away; the entry was replaced. */
        void freeHost(boolean mayDiscard) {
            if (isCompressed()) {
                long first = L2Entry.compressedOffset(descriptor, geometry);
                long length = L2Entry.compressedLength(descriptor, geometry);
                metadata.freeBytes(first, length, mayDiscard);
            } else if (hasHost() && !geometry.externalData()) {
                metadata.free(L2Entry.hostOffset(descriptor), 1, mayDiscard);
            }
        }
    }

    /** Returns an entry whose slice is in memory, checked. */
    Entry entry(long cluster) throws Missing, IOException {
        Entry entry = new Entry(map.need(cluster), cluster);
        entries.check(entry.descriptor, entry.bitmap, cluster);
        return entry;
    }

    /** A change of one entry. */
    @FunctionalInterface
    interface Change {
        void apply(Entry entry);
    }

    /**
     * Changes the entries of {@code count} clusters; there are L2 tables for them, and each of
     * their tables is the image's own or none of its entries changes.
     */
    void changeAll(Request request, long firstCluster, long count, Change change)
            throws IOException {
        long cluster = firstCluster;
        long end = firstCluster + count;
        while (cluster < end) {
            long first = cluster;
            int inSlice = map.sliceEntries() - map.indexInSlice(first);
            long some = Math.min(end - first, inSlice);
            map.ensureOwn(request, first << geometry.clusterBits());
            beginChange();
            try {
                cluster += metadata.locked(request, () -> changeSlice(first, some, change));
            } finally {
                endChange(first, some);
            }
            metadata.keepBounds(request);
        }
    }

    /** Returns how many entries were changed: fewer, or none, where a claim was in the way. */
    private long changeSlice(long first, long count, Change change) throws Missing, IOException {
        Claims.Claim other = metadata.clusterClaims().find(first, count);
        if (other != null && other.first() <= first) {
            other.await();
            return 0L;
        }
        if (!map.isOwn(first << geometry.clusterBits())) {
            return 0L;
        }
        long some = other == null ? count : other.first() - first;
        for (long i = 0; i < some; i++) {
            change.apply(entry(first + i));
        }
        return some;
    }

    /** Notes that entries are about to change; without the lock. */
    void beginChange() {
        unannounced.incrementAndGet();
    }

    /** Tells that the mapping of clusters has changed, or may have; without the lock. */
    void endChange(long firstCluster, long count) {
        int bits = geometry.clusterBits();
        try {
            background.mappingChanged(firstCluster << bits, count << bits);
        } finally {
            unannounced.decrementAndGet();
        }
    }

    /**
     * Returns whether an entry that was just read may be so new that nobody has told of it yet. Who
     * answers because of it, having written in place or found zeroes there, tells first; else a
     * read that follows the answer could go by a kept mapping of before.
     */
    boolean mayBeUnannounced() {
        return unannounced.get() != 0;
    }

    /** Tells that the mapping of bytes may have changed. */
    void announce(long offset, long length) {
        background.mappingChanged(offset, length);
    }
}
