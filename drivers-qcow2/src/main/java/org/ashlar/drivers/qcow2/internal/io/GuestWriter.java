package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.drivers.qcow2.internal.table.InUse;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.drivers.qcow2.internal.table.MetadataClusters;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;

/**
 * Writes guest bytes: in place where nothing else points to the cluster, without a lock; otherwise
 * by allocation. Immutable.
 */
final class GuestWriter {
    private static final long ZEROES = 1 << 20;

    private final Mapper mapper;
    private final GuestReader reader;
    private final HostFile data;
    private final MetadataClusters clusters;
    private final EntryChanges changes;
    private final AllocatingWrite allocating;
    private final CompressedWriter compressed;
    private final Geometry geometry;

    GuestWriter(
            Metadata metadata,
            Mapper mapper,
            GuestReader reader,
            EntryChanges changes,
            AllocatingWrite allocating,
            CompressedWriter compressed) {
        this.mapper = mapper;
        this.reader = reader;
        this.data = metadata.data();
        this.clusters = metadata.clusters();
        this.changes = changes;
        this.allocating = allocating;
        this.compressed = compressed;
        this.geometry = metadata.geometry();
    }

    /** Writes {@code from} at {@code offset}. */
    void write(Request request, long offset, MemorySegment from, IoFlags flags) throws IOException {
        if (flags.has(IoFlags.COMPRESSED)) {
            writeCompressed(request, offset, from, flags.without(IoFlags.COMPRESSED));
            return;
        }
        boolean populate = flags.has(IoFlags.POPULATE);
        long host = populate ? 0 : reader.plainOffset(offset, from.byteSize(), L2Entry.COPIED);
        if (host != 0 && writePlain(request, offset, host, from)) {
            return;
        }
        writeRuns(request, offset, from, populate);
    }

    private void writeRuns(Request request, long offset, MemorySegment from, boolean populate)
            throws IOException {
        Run run = new Run();
        long size = from.byteSize();
        for (long done = 0; done < size; ) {
            long at = offset + done;
            mapper.hold(request, at, size - done, run);
            boolean inPlace = !populate && run.kind == Run.Kind.DATA && run.own;
            try {
                if (request.mustNotBlock() && !(inPlace && run.length == size)) {
                    // In one piece or not at all: what is refused must have had no effect.
                    throw BlockException.wouldBlock();
                }
                if (inPlace) {
                    writeInPlace(request, at, run.hostOffset, part(from, done, run.length));
                }
            } finally {
                mapper.end(run);
            }
            if (inPlace || (populate && run.kind != Run.Kind.UNALLOCATED)) {
                done += run.length;
            } else {
                done += allocating.write(request, at, part(from, done, size - done), populate);
            }
        }
    }

    /** Writes in place, holding the cluster; returns false if it is not in place any more. */
    private boolean writePlain(Request request, long offset, long host, MemorySegment from)
            throws IOException {
        int hold = reader.holdPlain(offset, from.byteSize(), L2Entry.COPIED, host);
        if (hold == InUse.NONE) {
            return false;
        }
        try {
            writeInPlace(request, offset, host, from);
        } finally {
            data.inUse().end(hold);
        }
        return true;
    }

    /** Compresses what can be, cluster by cluster, and writes the rest as it is. */
    private void writeCompressed(
            Request request, long offset, MemorySegment from, IoFlags otherFlags)
            throws IOException {
        boolean populate = otherFlags.has(IoFlags.POPULATE);
        long end = offset + from.byteSize();
        for (long at = offset; at < end; ) {
            long next = Math.min(end, geometry.clusterEnd(at + 1));
            MemorySegment some = part(from, at - offset, next - at);
            if (!compressed.write(request, at, some, populate)) {
                write(request, at, some, otherFlags);
            }
            at = next;
        }
    }

    private static MemorySegment part(MemorySegment from, long start, long length) {
        return length == from.byteSize() ? from : from.asSlice(start, length);
    }

    private void writeInPlace(Request request, long offset, long host, MemorySegment from)
            throws IOException {
        boolean announce = changes.mayBeUnannounced();
        clusters.beforeData(host, from.byteSize());
        data.write(request, host, from);
        if (announce) {
            changes.announce(offset, from.byteSize());
        }
    }

    /** Writes zeroes, allocating where need be. */
    void writeZeroes(Request request, long offset, long length, IoFlags flags) throws IOException {
        long size = Math.min(length, ZEROES);
        try (Buffers.Buffer zeroes = data.buffers().acquire(size)) {
            zeroes.segment().fill((byte) 0);
            for (long done = 0; done < length; done += size) {
                size = Math.min(size, length - done);
                write(request, offset + done, zeroes.segment().asSlice(0, size), flags);
            }
        }
    }

    /**
     * Allocates what is unallocated in a range, so that it takes its space.
     *
     * @param visible whether it reads as zeroes from now on, rather than as before
     */
    void preallocate(Request request, long offset, long length, boolean visible)
            throws IOException {
        Run run = new Run();
        for (long done = 0; done < length; ) {
            mapper.map(request, offset + done, length - done, run);
            if (run.kind == Run.Kind.UNALLOCATED) {
                done += allocating.reserve(request, offset + done, length - done, visible);
            } else {
                done += run.length;
            }
        }
    }
}
