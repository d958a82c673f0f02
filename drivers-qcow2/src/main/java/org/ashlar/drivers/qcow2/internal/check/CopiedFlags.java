package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;

/**
 * Checks that the COPIED bit of every entry of the active tables says whether the count is exactly
 * one (spec, "L1 table entry", "L2 table entry"). Confined to a check.
 */
final class CopiedFlags {
    private final Disk disk;
    private final Geometry geometry;
    private final DiskCounts counts;
    private final Findings findings;
    private final boolean fix;

    CopiedFlags(Disk disk, DiskCounts counts, Findings findings, boolean fix) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.counts = counts;
        this.findings = findings;
        this.fix = fix;
    }

    void check() throws IOException {
        if (disk.header().l1().count() == 0 || !disk.isInFile(disk.header().l1().offset())) {
            return;
        }
        long[] l1 = disk.l1();
        boolean changed = false;
        for (int i = 0; i < l1.length; i++) {
            long offset = l1[i] & L2Entry.OFFSET_MASK;
            if (offset == 0 || geometry.inCluster(offset) != 0 || !disk.isInFile(offset)) {
                continue;
            }
            long count = counts.get(offset >>> geometry.clusterBits());
            if (isWrong(l1[i], count)) {
                note(
                        "L2 cluster: l1_index=%d l1_entry=%x refcount=%s"
                                .formatted(i, l1[i], Long.toUnsignedString(count)));
                l1[i] ^= L2Entry.COPIED;
                changed = true;
            }
            l2(offset);
        }
        if (changed && fix) {
            disk.write(disk.header().l1().offset(), l1);
        }
    }

    private void l2(long offset) throws IOException {
        long[] words = disk.cluster(offset);
        boolean changed = false;
        int step = 1 << geometry.entryWordBits();
        for (int i = 0; i < words.length; i += step) {
            long entry = words[i];
            long host = L2Entry.hostOffset(entry);
            boolean standard =
                    !L2Entry.isCompressed(entry)
                            && L2Entry.hasHost(entry, geometry.externalData())
                            && geometry.inCluster(host) == 0;
            if (!standard) {
                continue;
            }
            long count = geometry.externalData() ? 1 : counts.get(host >>> geometry.clusterBits());
            if (isWrong(entry, count)) {
                note(
                        "data cluster: l2_entry=%x refcount=%s"
                                .formatted(entry, Long.toUnsignedString(count)));
                words[i] ^= L2Entry.COPIED;
                changed = true;
            }
        }
        if (changed && fix) {
            disk.write(offset, words);
        }
    }

    private static boolean isWrong(long entry, long count) {
        return ((entry & L2Entry.COPIED) != 0) != (count == 1);
    }

    private void note(String what) {
        findings.say("%s OFLAG_COPIED %s", fix ? "Repairing" : "ERROR", what);
        if (fix) {
            findings.corruptionsFixed++;
        } else {
            findings.corruptions++;
        }
    }
}
