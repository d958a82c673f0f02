package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Limits;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;

/** Fits the L1 table to the length of the disk. Stateless but for the metadata it works on. */
public final class L1Length {
    private final Metadata metadata;
    private final Geometry geometry;
    private final TopTable l1;

    L1Length(Metadata metadata) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.l1 = metadata.l1();
    }

    /**
     * Makes the table long enough for a disk of so many bytes; the next flush writes it. It is
     * called by one at a time. Where the file has no room for it, nothing has changed.
     *
     * @throws BlockException of kind {@code INVALID} if no L1 table can be so long
     */
    public void grow(Request request, long diskSize) throws IOException {
        long entries = geometry.l1EntriesFor(diskSize);
        if (entries > Limits.L1_BYTES_MAX / Long.BYTES) {
            throw BlockException.invalid(
                    "The image size is too large for file format 'qcow2' (try using a larger"
                            + " cluster size)");
        }
        if (entries > l1.length()) {
            long clusters = clustersFor(entries);
            HostRun run = metadata.locked(request, () -> metadata.allocator().allocateL1(clusters));
            move(request, run, (int) entries);
        }
    }

    /**
     * The new place is written before it is the table's: no flush ever finds that there is none.
     */
    private void move(Request request, HostRun to, int entries) throws IOException {
        long bytes = to.clusters() << geometry.clusterBits();
        boolean written = false;
        try {
            metadata.file().writeZeroes(request, to.offset(), bytes);
            written = true;
        } finally {
            if (!written) {
                metadata.giveBack(request, to.offset(), bytes);
            }
        }
        metadata.lock().lock();
        try {
            if (l1.length() > 0) {
                long old = clustersFor(l1.length());
                metadata.free(l1.offset(), old, metadata.discards().others());
            }
            l1.move(to.offset(), entries);
            metadata.l2().grown();
        } finally {
            metadata.lock().unlock();
        }
    }

    private long clustersFor(long entries) {
        return geometry.clustersFor(entries * Long.BYTES);
    }

    /** Takes away the L2 tables that a disk of so many bytes does not need; they are empty. */
    public void dropTables(long diskSize) {
        metadata.lock().lock();
        try {
            long first = geometry.l1EntriesFor(diskSize);
            metadata.l2().forget(first);
            for (long i = first; i < l1.length(); i++) {
                if (l1.tableOffset(i) != 0) {
                    metadata.free(l1.tableOffset(i), 1, true);
                    l1.set(i, 0);
                }
            }
        } finally {
            metadata.lock().unlock();
        }
    }
}
