package org.ashlar.tools.image;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;

/**
 * Requests of one thread to a disk, one after another. Confined to one thread at a time.
 *
 * <p>The reference's tools round lengths up to whole sectors: what lies between the image's end and
 * the end of its last sector reads as zeroes, and a write there makes the image longer.
 */
public final class Lane {
    private final Root root;
    private final Consumer consumer;
    private final boolean writethrough;

    Lane(Root root, Consumer consumer, boolean writethrough) {
        this.root = root;
        this.consumer = consumer;
        this.writethrough = writethrough;
    }

    /** Returns scratch memory. */
    public Buffers buffers() {
        return root.buffers();
    }

    /** Returns the length in bytes, rounded up to whole sectors. */
    public long length() throws IOException {
        try (Admission admission = consumer.admit(Access.READ)) {
            return roundUp(root.root().length(admission.request()));
        }
    }

    private static long roundUp(long length) {
        return (length + Disk.SECTOR - 1) / Disk.SECTOR * Disk.SECTOR;
    }

    /** Fills {@code into} with the data at {@code offset}. */
    public void read(long offset, MemorySegment into) throws IOException {
        try (Admission admission = consumer.admit(Access.READ)) {
            Request request = admission.request();
            long there = root.root().length(request) - offset;
            if (there >= into.byteSize() || into.byteSize() - there >= Disk.SECTOR) {
                root.root().read(request, offset, into);
                return;
            }
            long readable = Math.max(there, 0);
            if (readable > 0) {
                root.root().read(request, offset, into.asSlice(0, readable));
            }
            into.asSlice(readable).fill((byte) 0);
        }
    }

    /** Writes all of {@code from} at {@code offset}. */
    public void write(long offset, MemorySegment from, IoFlags flags) throws IOException {
        try (Admission admission = consumer.admit(Access.WRITE)) {
            Request request = admission.request();
            growIntoLastSector(request, offset + from.byteSize());
            root.root().write(request, offset, from, durable(flags));
        }
    }

    /** Makes the range read as zeroes. */
    public void zero(long offset, long length, IoFlags flags) throws IOException {
        try (Admission admission = consumer.admit(Access.WRITE)) {
            Request request = admission.request();
            growIntoLastSector(request, offset + length);
            root.root().zero(request, offset, length, durable(flags));
        }
    }

    private IoFlags durable(IoFlags flags) {
        return writethrough ? flags.with(IoFlags.FUA) : flags;
    }

    private void growIntoLastSector(Request request, long end) throws IOException {
        Child child = root.root();
        long length = child.length(request);
        if (end > length && end <= roundUp(length)) {
            child.truncate(request, roundUp(length), Preallocation.OFF);
        }
    }

    /** Says that the range's data are no longer needed. */
    public void discard(long offset, long length) throws IOException {
        try (Admission admission = consumer.admit(Access.WRITE)) {
            long there = root.root().length(admission.request()) - offset;
            root.root().discard(admission.request(), offset, Math.min(length, there));
        }
    }

    /** Returns once every write that had completed is on stable storage. */
    public void flush() throws IOException {
        try (Admission admission = consumer.admit(Access.WRITE)) {
            root.root().flush(admission.request());
        }
    }

    /** Changes the length in bytes. */
    public void truncate(long length, Preallocation preallocation) throws IOException {
        try (Admission admission = consumer.admit(Access.WRITE)) {
            root.root().truncate(admission.request(), length, preallocation);
        }
    }

    /** Describes the extent that starts at {@code offset} along the whole chain. */
    public ChainExtent extentAt(long offset, long maxLength) throws IOException {
        return extentAt(offset, maxLength, Optional.empty());
    }

    /** Describes the extent that starts at {@code offset} along the chain above {@code base}. */
    public ChainExtent extentAt(long offset, long maxLength, Optional<String> base)
            throws IOException {
        try (Admission admission = consumer.admit(Access.READ)) {
            Request request = admission.request();
            long there = root.root().length(request) - offset;
            if (there <= 0) {
                return behindTheEnd(request, offset, maxLength, -there);
            }
            return root.root().chainExtentAt(request, offset, Math.min(maxLength, there), base);
        }
    }

    /** What lies between the end and that of the last sector is there, but holds nothing. */
    private ChainExtent behindTheEnd(Request request, long offset, long maxLength, long distance)
            throws IOException {
        Optional<ChainExtent.Location> location = Optional.empty();
        if (offset > distance) {
            long last = offset - distance - 1;
            location =
                    root.root()
                            .chainExtentAt(request, last, 1, Optional.empty())
                            .location()
                            .map(end ->
                                    new ChainExtent.Location(
                                            end.nodeName(), end.offset() + distance + 1));
        }
        return new ChainExtent(maxLength, 0, true, false, true, location);
    }

    <F, R> Optional<R> facet(Access kind, Class<F> type, Disk.FacetUse<F, R> use)
            throws IOException {
        try (Admission admission = consumer.admit(kind)) {
            Optional<F> facet = root.root().facet(admission.request(), type);
            return facet.isEmpty()
                    ? Optional.empty()
                    : Optional.of(use.use(facet.get(), admission));
        }
    }
}
