package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import java.util.function.Consumer;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable.Repair;

/**
 * Checks and mends an image as it is on the disk, while nobody else uses it: follows every pointer,
 * compares the counts, looks at the COPIED bits. Lines are worded as the reference's. Takes memory
 * in proportion to what is allocated. Confined to one check.
 */
public final class Check {
    private final HostFile file;
    private final Header header;

    public Check(HostFile file, Header header) {
        this.file = file;
        this.header = header;
    }

    /**
     * Runs the check.
     *
     * @param report told one line per finding
     */
    public CheckResult run(Request request, Repair repair, Consumer<String> report)
            throws IOException {
        Disk disk = new Disk(request, file, header);
        Findings findings = new Findings(report);
        findings.totalClusters = header.geometry().clustersFor(header.size());
        References references = new References();
        Walk walk = new Walk(disk, references, findings);
        walk.count(0, header.geometry().clusterSize());
        walk.l1(header.l1().offset(), header.l1().count(), true);
        new OtherReferences(disk, walk, findings).count();

        long[] table = disk.refcountTable();
        RefcountCheck counts = new RefcountCheck(disk, references, findings, repair);
        counts.countOwn(walk, table);
        counts.compare(table);
        Header mended = header;
        if (counts.needsRebuild() && repair == Repair.ALL) {
            long firstFree = references.end();
            references = new References();
            mended = rebuild(disk, references, firstFree, findings);
        }
        new CopiedFlags(disk, new DiskCounts(disk, mended), findings, repair == Repair.ALL).check();
        finish(disk, mended, findings, repair);
        return findings.result();
    }

    private Header rebuild(Disk disk, References references, long firstFree, Findings findings)
            throws IOException {
        findings.say("Rebuilding refcount structure");
        Findings again = new Findings(_ -> {});
        Walk walk = new Walk(disk, references, again);
        walk.count(0, header.geometry().clusterSize());
        walk.l1(header.l1().offset(), header.l1().count(), false);
        new OtherReferences(disk, walk, again).count();
        Header mended = header.withRefcountTable(new Rebuild(disk, references, firstFree).run());
        disk.rewrite(mended);
        // What is wrong beside the counts stays; what was wrong with them is mended.
        findings.corruptionsFixed += Math.max(0, findings.corruptions - again.corruptions);
        findings.leaksFixed += findings.leaks;
        findings.corruptions = again.corruptions;
        findings.leaks = 0;
        findings.imageEnd = references.end() << header.geometry().clusterBits();
        return mended;
    }

    /** A repair that leaves no contradiction leaves an image that may be written again. */
    private static void finish(Disk disk, Header mended, Findings findings, Repair repair)
            throws IOException {
        if (repair == Repair.NONE) {
            return;
        }
        disk.flush();
        if (findings.corruptions == 0 && findings.errors == 0) {
            Features clean = mended.features().without(Features.DIRTY | Features.CORRUPT);
            if (!clean.equals(mended.features())) {
                disk.rewrite(mended.withFeatures(clean));
            }
        }
    }
}
