package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.format.SnapshotEntry;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Request;

/**
 * Finds what snapshots take for metadata: their table, their L1 tables, and, where that is to be
 * checked, the L2 tables that those lead to. Nothing here changes them, so once is enough.
 * Thread-safe: what it has found is guarded by the image's lock.
 */
public final class SnapshotAreas {
    private final Metadata metadata;
    private final HostFile file;
    private final Set<Area> known = EnumSet.noneOf(Area.class);

    SnapshotAreas(Metadata metadata) {
        this.metadata = metadata;
        this.file = metadata.file();
    }

    /** Sees to it that what is to be checked is known; an entry that cannot be ends the table. */
    public void find(Request request, Set<Area> wanted) throws IOException {
        TableLocation table = metadata.header().snapshots();
        if (table.count() == 0 || isKnown(wanted)) {
            return;
        }
        boolean tables = wanted.contains(Area.INACTIVE_L2);
        long at = table.offset();
        for (int i = 0; i < table.count(); i++) {
            SnapshotEntry snapshot = read(request, at);
            if (!snapshot.isValid(metadata.geometry())) {
                break;
            }
            long[] entries = new long[tables ? snapshot.l1().count() : 0];
            file.readWords(request, snapshot.l1().offset(), entries);
            note(snapshot, entries);
            at += snapshot.wholeLength();
        }
        noteTable(table.offset(), at - table.offset(), tables);
    }

    private boolean isKnown(Set<Area> wanted) {
        metadata.lock().lock();
        try {
            return !known.isEmpty()
                    && (known.contains(Area.INACTIVE_L2) || !wanted.contains(Area.INACTIVE_L2));
        } finally {
            metadata.lock().unlock();
        }
    }

    private SnapshotEntry read(Request request, long at) throws IOException {
        try (Buffers.Buffer buffer = file.buffers().acquire(SnapshotEntry.LENGTH)) {
            file.read(request, at, buffer.segment());
            byte[] bytes = buffer.segment().toArray(ValueLayout.JAVA_BYTE);
            return SnapshotEntry.of(ByteBuffer.wrap(bytes));
        }
    }

    private void note(SnapshotEntry snapshot, long[] entries) {
        metadata.lock().lock();
        try {
            MetadataClusters clusters = metadata.clusters();
            long bytes = (long) snapshot.l1().count() * Long.BYTES;
            clusters.addBytes(Area.INACTIVE_L1, snapshot.l1().offset(), bytes);
            Arrays.stream(entries)
                    .map(entry -> entry & L2Entry.OFFSET_MASK)
                    .filter(offset -> offset != 0)
                    .forEach(offset -> clusters.addBytes(Area.INACTIVE_L2, offset, 1));
        } finally {
            metadata.lock().unlock();
        }
    }

    private void noteTable(long offset, long length, boolean tables) {
        metadata.lock().lock();
        try {
            metadata.clusters().addBytes(Area.SNAPSHOT_TABLE, offset, length);
            known.addAll(List.of(Area.SNAPSHOT_TABLE, Area.INACTIVE_L1));
            if (tables) {
                known.add(Area.INACTIVE_L2);
            }
        } finally {
            metadata.lock().unlock();
        }
    }
}
