package org.ashlar.drivers.qcow2.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.ashlar.drivers.qcow2.internal.format.BitmapDirectory;
import org.ashlar.drivers.qcow2.internal.format.BitmapEntry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.HeaderExtension;
import org.ashlar.drivers.qcow2.internal.format.LuksHeader;
import org.ashlar.drivers.qcow2.internal.format.SnapshotEntry;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.SnapshotInfo;

/**
 * Lists the snapshots and bitmaps of an image, which may be damaged: what is read at once is
 * bounded, whatever the image says. Confined to a request.
 */
final class Contents {
    private static final int ID_SHOWN = 127;
    private static final int NAME_SHOWN = 255;
    private static final int BITMAP_NAME_MAX = 1023;
    private static final int GRANULARITY_BITS_MIN = 9;
    private static final int GRANULARITY_BITS_MAX = 31;

    private final Request request;
    private final HostFile file;
    private final Header header;

    Contents(Request request, HostFile file, Header header) {
        this.request = request;
        this.file = file;
        this.header = header;
    }

    private ByteBuffer read(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        try (var buffer = file.buffers().acquire(Math.max(length, 1))) {
            MemorySegment part = buffer.segment().asSlice(0, length);
            file.read(request, offset, part);
            segment.copyFrom(part);
        }
        return ByteBuffer.wrap(bytes);
    }

    private String text(long offset, int length) throws IOException {
        return new String(read(offset, length).array(), UTF_8);
    }

    /** Returns what is said of the image's encryption; empty if it is not encrypted. */
    Map<String, Object> encryption() throws IOException {
        Optional<HeaderExtension> luks = header.extension(HeaderExtension.ENCRYPTION);
        if (header.cryptMethod() == 0) {
            return Map.of();
        }
        if (luks.isEmpty()) {
            return Map.of("format", "aes");
        }
        ByteBuffer place = ByteBuffer.wrap(luks.get().data());
        long at = place.getLong();
        if (Long.compareUnsigned(place.getLong(), LuksHeader.LENGTH) < 0) {
            throw BlockException.invalid("Request for data outside of extension header");
        }
        return LuksHeader.describe(read(at, LuksHeader.LENGTH));
    }

    List<SnapshotInfo> snapshots() throws IOException {
        List<SnapshotInfo> snapshots = new ArrayList<>();
        long at = header.snapshots().offset();
        for (int i = 0; i < header.snapshots().count(); i++) {
            SnapshotEntry entry = SnapshotEntry.of(read(at, SnapshotEntry.LENGTH));
            if (entry.extraLength() > SnapshotEntry.EXTRA_MAX) {
                throw BlockException.invalid(
                        "Too much extra metadata in snapshot table entry " + i);
            }
            snapshots.add(snapshot(at, entry));
            at += entry.wholeLength();
        }
        return snapshots;
    }

    private SnapshotInfo snapshot(long at, SnapshotEntry entry) throws IOException {
        int extra = (int) entry.extraLength();
        long id = at + SnapshotEntry.LENGTH + extra;
        ByteBuffer more = read(at + SnapshotEntry.LENGTH, extra);
        long instructions = extra >= 24 ? more.getLong(16) : -1;
        return new SnapshotInfo(
                text(id, Math.min(entry.idLength(), ID_SHOWN)),
                text(id + entry.idLength(), Math.min(entry.nameLength(), NAME_SHOWN)),
                extra >= 8 ? more.getLong(0) : entry.stateSize(),
                Instant.ofEpochSecond(entry.seconds(), entry.nanos()),
                entry.clockNanos(),
                instructions == -1 ? OptionalLong.empty() : OptionalLong.of(instructions));
    }

    /** Returns what QMP tells of each bitmap. */
    List<Map<String, Object>> bitmaps() throws IOException {
        List<Map<String, Object>> bitmaps = new ArrayList<>();
        BitmapDirectory directory = BitmapDirectory.of(header).orElse(new BitmapDirectory(0, 0, 0));
        long at = directory.offset();
        long end = at + directory.size();
        for (int i = 0; i < directory.count(); i++) {
            if (at + BitmapEntry.LENGTH > end) {
                throw BlockException.invalid("Bitmap directory is too short");
            }
            BitmapEntry entry = BitmapEntry.of(read(at, BitmapEntry.LENGTH));
            if (entry.type() != BitmapEntry.DIRTY_TRACKING
                    || entry.granularityBits() < GRANULARITY_BITS_MIN
                    || entry.granularityBits() > GRANULARITY_BITS_MAX
                    || entry.nameLength() == 0
                    || entry.nameLength() > BITMAP_NAME_MAX
                    || at + entry.wholeLength() > end) {
                throw BlockException.invalid("Invalid bitmap directory entry " + i);
            }
            long name = at + BitmapEntry.LENGTH + entry.extraLength();
            bitmaps.add(bitmap(entry, text(name, entry.nameLength())));
            at += entry.wholeLength();
        }
        return bitmaps;
    }

    private static Map<String, Object> bitmap(BitmapEntry entry, String name) {
        List<Object> flags = new ArrayList<>();
        if ((entry.flags() & BitmapEntry.IN_USE) != 0) {
            flags.add("in-use");
        }
        if ((entry.flags() & BitmapEntry.AUTO) != 0) {
            flags.add("auto");
        }
        Map<String, Object> bitmap = new LinkedHashMap<>();
        bitmap.put("flags", flags);
        bitmap.put("name", name);
        bitmap.put("granularity", 1L << entry.granularityBits());
        return bitmap;
    }
}
