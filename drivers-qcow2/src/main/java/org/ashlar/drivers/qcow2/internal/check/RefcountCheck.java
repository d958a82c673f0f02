package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.RefcountWidth;
import org.ashlar.spi.image.Checkable.Repair;

/** Compares the counts on the disk with the pointers that were found. Confined to a check. */
final class RefcountCheck {
    private final Disk disk;
    private final Geometry geometry;
    private final RefcountWidth width;
    private final References references;
    private final Findings findings;
    private final Repair repair;
    private boolean rebuild;
    private long last;

    RefcountCheck(Disk disk, References references, Findings findings, Repair repair) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.width = new RefcountWidth(geometry.refcountOrder());
        this.references = references;
        this.findings = findings;
        this.repair = repair;
    }

    /** Returns whether the structure of the counts is damaged, so that it is to be made anew. */
    boolean needsRebuild() {
        return rebuild;
    }

    /** Counts what the refcount table and its blocks take; checks where they lie. */
    void countOwn(Walk walk, long[] table) {
        walk.count(disk.header().refcountTable().offset(), (long) table.length * Long.BYTES);
        for (int i = 0; i < table.length; i++) {
            long offset = table[i] & -512L;
            if (table[i] == 0) {
                continue;
            }
            if (offset != table[i]) {
                findings.corruption("ERROR refcount table entry %d has reserved bits set", i);
                rebuild = true;
            } else if (geometry.inCluster(offset) != 0) {
                findings.corruption(
                        "ERROR refcount block %d is not cluster aligned; refcount table entry"
                                + " corrupted",
                        i);
                rebuild = true;
            } else if (!disk.isInFile(offset)) {
                findings.corruption("ERROR refcount block %d is outside image", i);
                rebuild = true;
            } else {
                long cluster = offset >>> geometry.clusterBits();
                references.add(cluster);
                if (references.get(cluster) != 1) {
                    findings.corruption(
                            "ERROR refcount block %d refcount=%d", i, references.get(cluster));
                    rebuild = true;
                }
            }
        }
    }

    /** Compares, and mends what the repair allows and the existing blocks can hold. */
    void compare(long[] table) throws IOException {
        // What is counted behind the end of everything is nobody's loss.
        last = Math.max(geometry.clustersFor(disk.length()), references.end());
        int perBlock = 1 << geometry.refcountBlockBits();
        for (int i = 0; i < table.length; i++) {
            long first = (long) i * perBlock;
            long offset = table[i] & -512L;
            if (offset != 0 && geometry.inCluster(offset) == 0 && disk.isInFile(offset)) {
                block(offset, first, perBlock);
            } else {
                missing(first, first + perBlock);
            }
        }
        missing((long) table.length * perBlock, Long.MAX_VALUE);
        long end = Math.max(findings.imageEnd, references.end());
        findings.imageEnd = end << geometry.clusterBits();
    }

    private void block(long offset, long first, int perBlock) throws IOException {
        long[] words = disk.cluster(offset);
        boolean changed = false;
        int inUse = Math.clamp(last - first, 0, perBlock);
        for (int i = 0; i < inUse; i++) {
            long count = width.get(words, i);
            long found = references.get(first + i);
            if (count != 0) {
                findings.imageEnd = Math.max(findings.imageEnd, first + i + 1);
            }
            if (count != found && differs(first + i, count, found)) {
                width.set(words, i, found);
                changed = true;
            }
        }
        if (changed) {
            disk.write(offset, words);
        }
    }

    /** Clusters that no block counts. */
    private void missing(long from, long to) {
        for (long at = references.next(from); at >= 0 && at < to; at = references.next(at + 1)) {
            if (differs(at, 0, references.get(at))) {
                rebuild = true;
            }
        }
    }

    /** Returns whether the count is to be set. */
    private boolean differs(long cluster, long count, long found) {
        boolean leak = Long.compareUnsigned(count, found) > 0;
        boolean fits = Long.compareUnsigned(found, width.max()) <= 0;
        boolean fix = fits && (repair == Repair.ALL || (repair == Repair.LEAKS && leak));
        String what = fix ? "Repairing" : leak ? "Leaked" : "ERROR";
        findings.say(
                "%s cluster %d refcount=%s reference=%d",
                what, cluster, Long.toUnsignedString(count), found);
        if (leak && fix) {
            findings.leaksFixed++;
        } else if (leak) {
            findings.leaks++;
        } else if (fix) {
            findings.corruptionsFixed++;
        } else {
            findings.corruptions++;
        }
        return fix;
    }
}
