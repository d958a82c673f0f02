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
     * Makes the table long enough for a disk of so many bytes; the next flush writes it.
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
        metadata.locked(request, () -> move((int) entries));
    }

    private boolean move(int entries) throws Missing, IOException {
        if (entries <= l1.length()) {
            return false;
        }
        long clusters = geometry.clustersFor((long) entries * Long.BYTES);
        HostRun run = metadata.allocator().allocateL1(clusters);
        if (l1.length() > 0) {
            long old = geometry.clustersFor((long) l1.length() * Long.BYTES);
            metadata.free(l1.offset(), old, metadata.discards().others());
        }
        l1.move(run.offset(), entries);
        metadata.l2().grown();
        return true;
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
