package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.Background;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;

/**
 * The guest disk of one image: everything a request can do to it. Ranges are checked by the caller.
 * Thread-safe; immutable but for the image's state, which {@link Metadata} guards.
 */
public final class Guest implements AutoCloseable {
    private final Geometry geometry;
    private final Backing backing;
    private final Compressor compressor;
    private final Decompressor decompressor;
    private final GuestReader reader;
    private final GuestWriter writer;
    private final Zeroing zeroing;
    private final Discarding discarding;
    private final Extents extents;

    /** Puts the parts together over an image's metadata and what lies below it. */
    public Guest(Metadata metadata, Backing backing, Background background) {
        this.geometry = metadata.geometry();
        this.backing = backing;
        Entries entries = new Entries(geometry);
        Mapper mapper = new Mapper(metadata, entries);
        this.decompressor = Decompressor.of(metadata.header().compression());
        CompressedReader compressed = new CompressedReader(metadata, decompressor);
        this.reader = new GuestReader(metadata, mapper, backing, compressed);
        EntryChanges changes = new EntryChanges(metadata, entries, background);
        CopyOnWrite cow = new CopyOnWrite(metadata, reader, backing);
        AllocatingWrite allocating = new AllocatingWrite(metadata, changes, cow);
        this.compressor = Compressor.of(metadata.header().compression());
        CompressedWriter packing = new CompressedWriter(metadata, changes, compressor);
        this.writer = new GuestWriter(metadata, mapper, reader, changes, allocating, packing);
        this.zeroing = new Zeroing(metadata, mapper, changes, writer, backing);
        this.discarding = new Discarding(metadata, changes, backing);
        this.extents = new Extents(metadata, mapper);
    }

    /** Fills {@code into} with the bytes at {@code offset}. */
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        reader.read(request, offset, into);
    }

    /** Writes {@code from} at {@code offset}. */
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        writer.write(request, offset, from, flags);
    }

    /** Makes a range read as zeroes. */
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        if (geometry.version() == 2) {
            // Version 2 has no way to say zero over a backing file.
            writer.writeZeroes(request, offset, length, flags.without(IoFlags.NO_FALLBACK));
        } else {
            zeroing.zero(request, offset, length, flags);
        }
    }

    /** Gives up the clusters that lie whole in a range. */
    public void discard(Request request, long offset, long length) throws IOException {
        discarding.discard(request, offset, length);
    }

    /** Takes the mapping away from {@code offset} on, for a disk that becomes shorter. */
    public void cut(Request request, long offset, long end) throws IOException {
        discarding.cut(request, offset, end);
    }

    /**
     * Makes a range of a disk that has become longer read as zeroes: what lies below it, and what
     * was left in the last cluster behind the disk's former end.
     */
    public void clear(Request request, long offset, long end) throws IOException {
        long below = Math.min(end, backing.length(request));
        long to = Math.max(below, Math.min(end, geometry.clusterEnd(offset)));
        if (offset < to) {
            zero(request, offset, to - offset, IoFlags.NONE);
        }
    }

    /**
     * Allocates a range so that it takes its space.
     *
     * @param visible whether what was unallocated reads as zeroes from now on, rather than as
     *     before, which takes subclusters
     */
    public void preallocate(Request request, long offset, long length, boolean visible)
            throws IOException {
        writer.preallocate(request, offset, length, visible);
    }

    /** Describes the extent at {@code offset}. */
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return extents.extentAt(request, offset, maxLength);
    }

    /** Frees what compression and decompression keep; no request is in flight. */
    @Override
    public void close() {
        compressor.close();
        decompressor.close();
    }
}
