package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * Finds and changes the L2 entries of guest clusters (spec, "Cluster mapping"). Finding and reading
 * take no lock; changing takes the image's.
 */
public final class L2Map {
    private final Metadata metadata;
    private final Geometry geometry;
    private final TopTable l1;
    private final TableCache cache;
    private final int sliceEntryBits;
    private final int wordBits;

    L2Map(Metadata metadata, int sliceBits) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.l1 = metadata.l1();
        this.cache = metadata.l2();
        this.wordBits = geometry.entryWordBits();
        this.sliceEntryBits = sliceBits - 3 - wordBits;
    }

    /** Returns the number of clusters a slice describes. */
    public int sliceEntries() {
        return 1 << sliceEntryBits;
    }

    /** Returns the index, within its slice, of the entry for a guest cluster. */
    public int indexInSlice(long guestCluster) {
        return (int) guestCluster & (sliceEntries() - 1);
    }

    private long sliceOf(long guestCluster) {
        return guestCluster >>> sliceEntryBits;
    }

    /** Returns whether there is an L2 table for a guest offset. */
    public boolean hasTable(long guestOffset) {
        return l1.tableOffset(geometry.l1Index(guestOffset)) != 0;
    }

    /** Returns the first guest offset that the L2 table of {@code guestOffset} does not cover. */
    public long endOfTable(long guestOffset) {
        return (geometry.l1Index(guestOffset) + 1) << (geometry.clusterBits() + geometry.l2Bits());
    }

    /** Returns how many guest bytes the L1 table can cover. */
    public long capacity() {
        return (long) l1.length() << (geometry.clusterBits() + geometry.l2Bits());
    }

    /** Returns the slice for a guest cluster if it is in memory. */
    public @Nullable TableSlice find(long guestCluster) {
        return cache.find(sliceOf(guestCluster));
    }

    /** Returns the slice for a guest cluster that has a table, loading it if need be. */
    public TableSlice load(Request request, long guestCluster) throws IOException {
        return cache.load(request, sliceOf(guestCluster));
    }

    /** Returns the slice for a guest cluster, under the lock. */
    public TableSlice need(long guestCluster) throws Missing {
        return cache.need(sliceOf(guestCluster));
    }

    /** Returns the descriptor of an entry. */
    public long descriptor(TableSlice slice, int index) {
        return slice.word(index << wordBits);
    }

    /** Returns the bitmap that goes with a descriptor; see {@link TableSlice#beginRead}. */
    public long bitmap(TableSlice slice, int index, long descriptor) {
        return wordBits == 0
                ? L2Entry.bitmapOf(descriptor, geometry.externalData())
                : slice.word((index << 1) + 1);
    }

    /** Sets {@code count} entries to follow from one another; the lock is held. */
    public void set(TableSlice slice, int index, long descriptor, long bitmap) {
        slice.beginChange();
        int word = index << wordBits;
        slice.set(word, descriptor);
        if (wordBits == 1) {
            slice.set(word + 1, bitmap);
        }
        slice.endChange();
        cache.changed(slice, word, 1 << wordBits);
    }

    /** Returns whether the table for a guest offset is there and its entries may be changed. */
    public boolean isOwn(long guestOffset) {
        long entry = l1.entry(geometry.l1Index(guestOffset));
        return (entry & L2Entry.OFFSET_MASK) != 0 && (entry & L2Entry.COPIED) != 0;
    }

    /**
     * Sees to it that there is an L2 table for a guest offset whose entries may be changed: makes
     * an empty one, or copies one that a snapshot shares.
     */
    public void ensureOwn(Request request, long guestOffset) throws IOException {
        while (!isOwn(guestOffset)) {
            NewTable made = metadata.locked(request, () -> begin(geometry.l1Index(guestOffset)));
            if (made != null) {
                link(request, made);
            }
        }
        long table = l1.tableOffset(geometry.l1Index(guestOffset));
        metadata.clusters().beforeTable(Area.ACTIVE_L2, table, geometry.clusterSize());
    }

    /** An L2 table on its way into the L1 table. */
    private record NewTable(long l1Index, long oldOffset, long offset, Claims.Claim claim) {}

    private @Nullable NewTable begin(long l1Index) throws Missing, IOException {
        Claims claims = metadata.tableClaims();
        Claims.Claim other = claims.find(l1Index, 1);
        if (other != null) {
            other.await();
            return null;
        }
        long old = l1.entry(l1Index);
        if ((old & L2Entry.COPIED) != 0 && (old & L2Entry.OFFSET_MASK) != 0) {
            return null;
        }
        metadata.clusters()
                .beforeTable(Area.ACTIVE_L1, l1.offset(), (long) l1.length() * Long.BYTES);
        long offset = metadata.allocator().allocateL2().offset();
        return new NewTable(l1Index, old & L2Entry.OFFSET_MASK, offset, claims.add(l1Index, 1));
    }

    /** The table is whole in the file before its entry is: see the order in WriteBack. */
    private void link(Request request, NewTable made) throws IOException {
        boolean written = false;
        try {
            if (made.oldOffset == 0) {
                metadata.file().writeZeroes(request, made.offset, geometry.clusterSize());
            } else {
                copyTable(request, made.oldOffset, made.offset);
            }
            written = true;
        } finally {
            ReentrantLock lock = metadata.lock();
            lock.lock();
            try {
                if (written) {
                    l1.set(made.l1Index, made.offset | L2Entry.COPIED);
                }
                if (written && made.oldOffset != 0) {
                    metadata.free(made.oldOffset, 1, metadata.discards().others());
                }
                metadata.tableClaims().end(made.claim);
            } finally {
                lock.unlock();
            }
            if (!written) {
                metadata.giveBack(request, made.offset, geometry.clusterSize());
            }
        }
    }

    /** Nobody changes a table that is not its image's own, so the disk has it as it is. */
    private void copyTable(Request request, long from, long to) throws IOException {
        try (var buffer = metadata.file().buffers().acquire(geometry.clusterSize())) {
            metadata.file().read(request, from, buffer.segment());
            metadata.file().write(request, to, buffer.segment());
        }
    }
}
