package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.HeaderExtension;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.format.Limits;
import org.ashlar.drivers.qcow2.internal.format.SnapshotHeader;

/**
 * Counts what snapshots, bitmaps and an encryption header take (spec, "Snapshots", "Bitmaps
 * extension", "Full disk encryption header pointer"), so that it is not taken for lost. Confined to
 * a check.
 */
final class OtherReferences {
    private static final int BITMAP_FIXED = 24;
    private static final int BITMAPS_MAX = 65535;
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
        if (header.extension(HeaderExtension.BITMAPS).isPresent()
                && (header.features().autoclear() & Features.BITMAPS) != 0) {
            bitmaps(header.extension(HeaderExtension.BITMAPS).get().data());
        }
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
            SnapshotHeader snapshot = SnapshotHeader.read(bytes(at, SnapshotHeader.LENGTH));
            if (snapshot.extraLength() > Limits.SNAPSHOT_EXTRA_MAX) {
                findings.errors++;
                findings.say("ERROR snapshot table entry %d has too much extra metadata", i);
                return;
            }
            if (snapshot.hasTable(geometry)) {
                walk.l1(snapshot.l1Offset(), (int) snapshot.l1Entries(), false);
            } else {
                findings.corruption("ERROR snapshot %d has an invalid L1 table", i);
            }
            at += snapshot.length();
        }
        walk.count(start, at - start);
    }

    private void bitmaps(byte[] extension) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(extension);
        if (extension.length < 24
                || Integer.toUnsignedLong(in.getInt(0)) > BITMAPS_MAX
                || in.getLong(8) < 0
                || in.getLong(8) > Limits.BITMAP_DIRECTORY_BYTES_MAX
                || !disk.isInFile(in.getLong(16))) {
            findings.corruption("ERROR invalid bitmaps extension");
            return;
        }
        int size = (int) in.getLong(8);
        walk.count(in.getLong(16), size);
        ByteBuffer directory = bytes(in.getLong(16), size);
        int at = 0;
        while (at + BITMAP_FIXED <= size) {
            bitmap(directory.getLong(at), directory.getInt(at + 8));
            long extra = Integer.toUnsignedLong(directory.getInt(at + 20));
            long next =
                    at + BITMAP_FIXED + extra + Short.toUnsignedInt(directory.getShort(at + 18));
            at = (int) Math.min(size, (next + 7) & -8L);
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
