package org.ashlar.jobs.internal.stream;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.ashlar.spi.source.RequestSource;

/**
 * Fills one piece of an overlay at a time: reads it through the overlay, and writes it back as a
 * populate write, which is dropped wherever a client has written meanwhile. Confined to one thread
 * at a time.
 */
final class Filler {
    private static final IoFlags POPULATE = IoFlags.POPULATE.with(IoFlags.UNCHANGED);

    private final Child device;
    private final Buffers buffers;
    private final Consumer consumer;

    Filler(Child device, RequestSource source, String label) {
        this.device = device;
        this.buffers = source.buffers();
        this.consumer = source.consumer(label);
    }

    /**
     * A piece that could not be filled. Immutable.
     *
     * @param piece what was to be filled
     * @param access what failed: reading it or writing it back
     * @param error why
     */
    record Failure(Piece piece, Access access, IOException error) {}

    /** Fills a piece under one admission and returns what failed, if anything did. */
    Optional<Failure> fill(Piece piece) {
        Access access = Access.READ;
        try (Admission admission = consumer.admit(Access.WRITE)) {
            Request request = admission.request();
            long length = Math.min(piece.length(), device.length(request) - piece.offset());
            if (length <= 0) {
                return Optional.empty(); // the node was made shorter
            }
            if (piece.zero()) {
                access = Access.WRITE;
                device.zero(request, piece.offset(), length, POPULATE);
                return Optional.empty();
            }
            try (Buffers.Buffer buffer = buffers.acquire(length)) {
                MemorySegment data = buffer.segment();
                device.read(request, piece.offset(), data);
                access = Access.WRITE;
                writeBack(request, piece.offset(), data);
            }
            return Optional.empty();
        } catch (IOException error) {
            return Optional.of(new Failure(piece, access, error));
        }
    }

    private void writeBack(Request request, long offset, MemorySegment data) throws IOException {
        if (isZero(data)) {
            device.zero(request, offset, data.byteSize(), POPULATE);
        } else {
            device.write(request, offset, data, POPULATE);
        }
    }

    /** Bytes are all zero if the first is, and each is equal to the one before. */
    private static boolean isZero(MemorySegment data) {
        long size = data.byteSize();
        return data.get(ValueLayout.JAVA_BYTE, 0) == 0
                && data.asSlice(1).mismatch(data.asSlice(0, size - 1)) < 0;
    }
}
