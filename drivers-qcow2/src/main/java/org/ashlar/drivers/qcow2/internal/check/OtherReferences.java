package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ashlar.drivers.qcow2.internal.format.BitmapDirectory;
import org.ashlar.drivers.qcow2.internal.format.BitmapEntry;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.HeaderExtension;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.format.SnapshotEntry;
import org.ashlar.spi.BlockException;

/**
 * Counts what snapshots, bitmaps and an encryption header take (spec, "Snapshots", "Bitmaps
 * extension", "Full disk encryption header pointer"), so that it is not taken for lost. Confined to
 * a check.
 */
final class OtherReferences {
    private static final int BITMAP_TABLE_MAX = 1 << 27;

    private final Disk disk;
    private final Geometry geometry;
    private final Walk walk;
    private final Findings findings;

    OtherReferences(Disk disk, Walk walk, Findings findings) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.walk = walk;
        this.findings = findings;
    }

    void count() throws IOException {
        snapshots();
        Header header = disk.header();
        if (header.extension(HeaderExtension.ENCRYPTION).isPresent()) {
            byte[] data = header.extension(HeaderExtension.ENCRYPTION).get().data();
            if (data.length >= 16) {
                ByteBuffer in = ByteBuffer.wrap(data);
                walk.count(in.getLong(0), in.getLong(8));
            }
        }
        bitmaps();
    }

    private ByteBuffer bytes(long offset, int length) throws IOException {
        long start = offset & -8L;
        int words = (int) ((offset - start + length + 7) / 8);
        ByteBuffer all = ByteBuffer.allocate(words * 8);
        all.asLongBuffer().put(disk.words(start, words));
        return all.slice((int) (offset - start), length);
    }

    private void snapshots() throws IOException {
        long at = disk.header().snapshots().offset();
        long start = at;
        for (int i = 0; i < disk.header().snapshots().count(); i++) {
            if (!disk.isInFile(at)) {
                findings.corruption("ERROR snapshot table is outside image");
                return;
            }
            SnapshotEntry entry = SnapshotEntry.of(bytes(at, SnapshotEntry.LENGTH));
            if (entry.extraLength() > SnapshotEntry.EXTRA_MAX) {
                findings.errors++;
                findings.say("ERROR snapshot table entry %d has too much extra metadata", i);
                return;
            }
            if (entry.hasTable(geometry)) {
                walk.l1(entry.l1().offset(), entry.l1().count(), false);
            } else {
                findings.corruption("ERROR snapshot %d has an invalid L1 table", i);
            }
            at += entry.wholeLength();
        }
        walk.count(start, at - start);
    }

    private void bitmaps() throws IOException {
        BitmapDirectory directory;
        try {
            directory = BitmapDirectory.of(disk.header()).orElse(null);
        } catch (BlockException outOfBounds) {
            findings.corruption("ERROR invalid bitmaps extension");
            return;
        }
        if (directory == null) {
            return;
        }
        if (!disk.isInFile(directory.offset())) {
            findings.corruption("ERROR invalid bitmaps extension");
            return;
        }
        int size = directory.size();
        walk.count(directory.offset(), size);
        ByteBuffer entries = bytes(directory.offset(), size);
        int at = 0;
        while (at + BitmapEntry.LENGTH <= size) {
            BitmapEntry entry = BitmapEntry.of(entries.slice(at, BitmapEntry.LENGTH));
            bitmap(entry.table().offset(), entry.table().count());
            at = (int) Math.min(size, at + entry.wholeLength());
        }
    }

    private void bitmap(long table, int entries) throws IOException {
        if (entries < 0 || entries > BITMAP_TABLE_MAX / Long.BYTES || !disk.isInFile(table)) {
            findings.corruption("ERROR invalid bitmap table");
            return;
        }
        walk.count(table, (long) entries * Long.BYTES);
        for (long entry : disk.words(table, entries)) {
            long offset = entry & L2Entry.OFFSET_MASK;
            if (offset != 0) {
                walk.count(offset, geometry.clusterSize());
            }
        }
    }
}
