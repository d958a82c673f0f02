package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;

/** Follows every pointer from an L1 table and counts what it leads to. Confined to a check. */
final class Walk {
    private static final long RESERVED_L1 = 0x7f00_0000_0000_01ffL;
    private static final long RESERVED_L2 = 0x3f00_0000_0000_01feL;

    private final Disk disk;
    private final Geometry geometry;
    private final References references;
    private final Findings findings;
    private long expectedNext;

    Walk(Disk disk, References references, Findings findings) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.references = references;
        this.findings = findings;
    }

    /** Counts pointers to a range of the file. */
    void count(long offset, long length) {
        if (length <= 0) {
            return;
        }
        if (offset < 0
                || length > Long.MAX_VALUE - offset
                || offset + length - disk.length() >= geometry.clusterSize()) {
            findings.corruption(
                    "ERROR: counting reference for region exceeding the end of the file by one"
                            + " cluster or more: offset 0x%x size 0x%x",
                    offset, length);
            return;
        }
        long last = (offset + length - 1) >>> geometry.clusterBits();
        for (long cluster = offset >>> geometry.clusterBits(); cluster <= last; cluster++) {
            references.add(cluster);
        }
    }

    /** Counts what an L1 table takes and leads to; the active one also for statistics. */
    void l1(long offset, int entries, boolean active) throws IOException {
        if (entries == 0) {
            return;
        }
        count(offset, (long) entries * Long.BYTES);
        if (!disk.isInFile(offset)) {
            return;
        }
        for (long entry : disk.words(offset, entries)) {
            long l2 = entry & L2Entry.OFFSET_MASK;
            if (l2 == 0) {
                continue;
            }
            if ((entry & RESERVED_L1) != 0) {
                findings.corruption("ERROR found L1 entry with reserved bits set: %x", entry);
            }
            count(l2, geometry.clusterSize());
            if (geometry.inCluster(l2) != 0) {
                findings.corruption(
                        "ERROR l2_offset=%x: Table is not cluster aligned; L1 entry corrupted", l2);
            }
            if (disk.isInFile(l2)) {
                l2(l2, active);
            }
        }
    }

    private void l2(long offset, boolean active) throws IOException {
        long[] words = disk.cluster(offset);
        int step = 1 << geometry.entryWordBits();
        for (int i = 0; i < words.length; i += step) {
            if (words[i] == 0) {
                continue;
            }
            if (L2Entry.isCompressed(words[i])) {
                compressed(words[i], active);
            } else {
                standard(words[i], active);
            }
        }
    }

    private void compressed(long descriptor, boolean active) {
        if ((descriptor & L2Entry.COPIED) != 0) {
            findings.corruption(
                    "ERROR: coffset=0x%x: copied flag must never be set for compressed clusters",
                    L2Entry.compressedOffset(descriptor, geometry));
        }
        if (geometry.externalData()) {
            findings.corruption(
                    "ERROR compressed cluster %x with data file, entry=0x%x",
                    L2Entry.compressedOffset(descriptor, geometry), descriptor);
            return;
        }
        count(
                L2Entry.compressedOffset(descriptor, geometry),
                L2Entry.compressedLength(descriptor, geometry));
        if (active) {
            findings.allocatedClusters++;
            findings.compressedClusters++;
            // Compressed clusters never lie as the guest sees them.
            findings.fragmentedClusters++;
        }
    }

    private void standard(long descriptor, boolean active) {
        long host = L2Entry.hostOffset(descriptor);
        if ((descriptor & RESERVED_L2) != 0) {
            findings.corruption("ERROR found l2 entry with reserved bits set: %x", descriptor);
        }
        if (!L2Entry.hasHost(descriptor, geometry.externalData())) {
            return;
        }
        if (active) {
            findings.allocatedClusters++;
            if (expectedNext != 0 && host != expectedNext) {
                findings.fragmentedClusters++;
            }
            expectedNext = host + geometry.clusterSize();
        }
        if (!geometry.externalData()) {
            count(host, geometry.clusterSize());
        }
        if (geometry.inCluster(host) != 0) {
            boolean data = (descriptor & L2Entry.ZERO) == 0 || geometry.extendedL2();
            findings.corruption(
                    "ERROR offset=%x: %s cluster is not properly aligned; L2 entry corrupted.",
                    host, data ? "Data" : "Preallocated");
        }
    }
}
