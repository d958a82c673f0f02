package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;

/**
 * Makes ranges read as zeroes: whole clusters, or subclusters, by their entries alone; the edges by
 * writing. Version 3 only, as version 2 has no way to say zero over a backing file. Immutable.
 */
final class Zeroing {
    private final Metadata metadata;
    private final Geometry geometry;
    private final Mapper mapper;
    private final EntryChanges changes;
    private final GuestWriter writer;
    private final Backing backing;

    Zeroing(
            Metadata metadata,
            Mapper mapper,
            EntryChanges changes,
            GuestWriter writer,
            Backing backing) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.mapper = mapper;
        this.changes = changes;
        this.writer = writer;
        this.backing = backing;
    }

    /**
     * Makes a range read as zeroes.
     *
     * @throws BlockException of kind {@code UNSUPPORTED}, with no effect, if it would have to write
     *     and must not
     */
    void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        long size = geometry.subclusterSize();
        long end = offset + length;
        long from = (offset + size - 1) & -size;
        boolean toTheEnd = end >= metadata.header().size();
        long to = toTheEnd ? (end + size - 1) & -size : end & -size;
        boolean edges = from >= to;
        boolean head = edges || offset < from;
        boolean tail = !edges && to < end;
        long headLength = edges ? length : from - offset;
        IoFlags write = flags.without(IoFlags.MAY_UNMAP).without(IoFlags.NO_FALLBACK);
        boolean writeHead = head && mustWrite(request, offset, headLength, flags);
        boolean writeTail = tail && mustWrite(request, to, end - to, flags);
        if (writeHead) {
            writer.writeZeroes(request, offset, headLength, write);
        }
        if (!edges) {
            zeroUnits(request, from, to, flags);
        }
        if (writeTail) {
            writer.writeZeroes(request, to, end - to, write);
        }
        boolean nothingDone = (head && !writeHead) || (tail && !writeTail);
        if (nothingDone && changes.mayBeUnannounced()) {
            changes.announce(offset, length);
        }
    }

    /** Returns whether an edge does not read as zeroes yet. */
    private boolean mustWrite(Request request, long offset, long length, IoFlags flags)
            throws IOException {
        Run run = new Run();
        for (long done = 0; done < length; done += run.length) {
            mapper.map(request, offset + done, length - done, run);
            boolean zero =
                    run.kind == Run.Kind.ZERO
                            || (run.kind == Run.Kind.UNALLOCATED
                                    && backing.length(request) <= offset + done);
            if (!zero) {
                if (flags.has(IoFlags.NO_FALLBACK)) {
                    throw BlockException.unsupported("fast zeroing of a part of a cluster");
                }
                return true;
            }
        }
        return false;
    }

    /** The range begins and ends with a subcluster. */
    private void zeroUnits(Request request, long from, long to, IoFlags flags) throws IOException {
        if (metadata.header().features().rawExternalData()) {
            IoFlags toFile = flags.without(IoFlags.POPULATE);
            long there = metadata.data().lengthFrom(request, from, to - from);
            metadata.data().child().zero(request, from, there, toFile);
        }
        long firstWhole = geometry.clusterEnd(from);
        long endWhole = geometry.clusterStart(to);
        if (firstWhole > endWhole) {
            zeroParts(request, from, to, flags);
            return;
        }
        if (from < firstWhole) {
            zeroParts(request, from, firstWhole, flags);
        }
        if (firstWhole < endWhole) {
            long first = firstWhole >>> geometry.clusterBits();
            long count = (endWhole - firstWhole) >>> geometry.clusterBits();
            changes.changeAll(
                    request, first, count, entry -> zeroWhole(entry, L2Entry.parts(0, 31), flags));
        }
        if (endWhole < to) {
            zeroParts(request, endWhole, to, flags);
        }
    }

    /** Zeroes some subclusters of one cluster; a compressed cluster has none and is written. */
    private void zeroParts(Request request, long from, long to, IoFlags flags) throws IOException {
        int parts = L2Entry.parts(geometry.part(from), geometry.part(to - 1));
        boolean[] compressed = {false};
        changes.changeAll(
                request,
                from >>> geometry.clusterBits(),
                1,
                entry -> {
                    compressed[0] = entry.isCompressed();
                    if (!entry.isCompressed()) {
                        zeroWhole(entry, parts, flags);
                    }
                });
        if (compressed[0] && !flags.has(IoFlags.POPULATE)) {
            writer.writeZeroes(request, from, to - from, IoFlags.NONE);
        }
    }

    private void zeroWhole(EntryChanges.Entry entry, int asked, IoFlags flags) {
        int parts = flags.has(IoFlags.POPULATE) ? asked & unallocated(entry) : asked;
        if (parts == 0) {
            return;
        }
        long bitmap = entry.isCompressed() ? 0 : entry.bitmap();
        long zeroed = L2Entry.withZeroes(bitmap, parts);
        boolean whole = zeroed == L2Entry.ALL_ZERO;
        boolean drops =
                entry.isCompressed()
                        || (whole
                                && entry.hasHost()
                                && (flags.has(IoFlags.MAY_UNMAP) || !entry.isOwn()));
        long descriptor = drops ? 0 : entry.descriptor();
        if (!geometry.extendedL2()) {
            descriptor |= L2Entry.ZERO;
        }
        entry.set(descriptor, zeroed);
        if (drops) {
            entry.freeHost(flags.has(IoFlags.MAY_UNMAP) && metadata.discards().requests());
        }
    }

    private static int unallocated(EntryChanges.Entry entry) {
        long bitmap = entry.bitmap();
        return entry.isCompressed() ? 0 : ~(L2Entry.allocated(bitmap) | L2Entry.zero(bitmap));
    }
}
