package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Request;

/**
 * Fills newly allocated space: what the guest writes, and around it what the guest sees there
 * already. Called with a claim on the clusters and without the lock. Immutable.
 */
final class CopyOnWrite {
    /** Up to so many bytes are put together in memory and written at once. */
    private static final long MERGE_MAX = 1 << 20;

    private final Metadata metadata;
    private final HostFile data;
    private final GuestReader reader;
    private final Backing backing;

    CopyOnWrite(Metadata metadata, GuestReader reader, Backing backing) {
        this.metadata = metadata;
        this.data = metadata.data();
        this.reader = reader;
        this.backing = backing;
    }

    /**
     * What is to be filled, in guest bytes; {@code start <= offset} and {@code end} is not before
     * the end of what is written.
     *
     * @param start where filling begins
     * @param end where it ends
     * @param host where {@code start} lies in the file
     * @param blank whether the file reads as zeroes there, and the guest sees zeroes around what it
     *     writes wherever there is nothing below
     */
    record Space(long start, long end, long host, boolean blank) {}

    /** Writes {@code from} at guest {@code offset} and completes the space around it. */
    void fill(Request request, Space space, long offset, MemorySegment from) throws IOException {
        long head = offset - space.start;
        long after = offset + from.byteSize();
        long tail = space.end - after;
        boolean nothingAround =
                head + tail == 0
                        || (space.blank
                                && (head == 0 || isNothingBelow(request, space.start))
                                && (tail == 0 || isNothingBelow(request, after)));
        if (nothingAround) {
            data.write(request, space.host + head, from);
        } else if (space.end - space.start <= MERGE_MAX) {
            fillAtOnce(request, space, offset, from);
        } else {
            copy(request, space.start, offset, space.host);
            data.write(request, space.host + head, from);
            copy(request, after, space.end, space.host + (after - space.start));
        }
    }

    private boolean isNothingBelow(Request request, long offset) throws IOException {
        return backing.length(request) <= offset;
    }

    private void fillAtOnce(Request request, Space space, long offset, MemorySegment from)
            throws IOException {
        long head = offset - space.start;
        try (Buffers.Buffer buffer = data.buffers().acquire(space.end - space.start)) {
            MemorySegment all = buffer.segment();
            see(request, space.start, all.asSlice(0, head));
            MemorySegment.copy(from, 0, all, head, from.byteSize());
            see(request, offset + from.byteSize(), all.asSlice(head + from.byteSize()));
            data.write(request, space.host, all);
        }
    }

    private void copy(Request request, long start, long end, long host) throws IOException {
        for (long at = start; at < end; ) {
            long some = Math.min(end - at, MERGE_MAX);
            try (Buffers.Buffer buffer = data.buffers().acquire(some)) {
                see(request, at, buffer.segment());
                data.write(request, host + (at - start), buffer.segment());
            }
            at += some;
        }
    }

    /** Reads what the guest sees; past the end of its disk it would see zeroes. */
    private void see(Request request, long offset, MemorySegment into) throws IOException {
        long there = Math.clamp(metadata.header().size() - offset, 0, into.byteSize());
        if (there > 0) {
            reader.read(request, offset, into.asSlice(0, there));
        }
        into.asSlice(there).fill((byte) 0);
    }
}
