package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Request;

/**
 * Reads compressed clusters (spec, "Compressed Clusters Descriptor"): as many at once as there are
 * requests, each on its caller's thread. Immutable.
 */
final class CompressedReader {
    private final Metadata metadata;
    private final Geometry geometry;
    private final Decompressor decompressor;

    CompressedReader(Metadata metadata, Decompressor decompressor) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.decompressor = decompressor;
    }

    /** Fills {@code into} from the cluster of {@code offset}; the range is within it. */
    void read(Request request, long offset, long descriptor, MemorySegment into)
            throws IOException {
        if (request.mustNotBlock()) {
            // It takes long enough to hold others up.
            throw BlockException.wouldBlock();
        }
        long cluster = geometry.clusterSize();
        if (into.byteSize() == cluster && into.isNative()) {
            decompress(request, offset, descriptor, into);
            return;
        }
        try (Buffers.Buffer whole = metadata.file().buffers().acquire(cluster)) {
            decompress(request, offset, descriptor, whole.segment());
            long from = geometry.inCluster(offset);
            MemorySegment.copy(whole.segment(), from, into, 0, into.byteSize());
        }
    }

    private void decompress(Request request, long guestOffset, long descriptor, MemorySegment whole)
            throws IOException {
        long at = L2Entry.compressedOffset(descriptor, geometry);
        int length = L2Entry.compressedLength(descriptor, geometry);
        try (Buffers.Buffer packed = metadata.file().buffers().acquire(length)) {
            metadata.file().read(request, at, packed.segment());
            if (!decompressor.decompress(packed.segment(), whole)) {
                throw new BlockException(
                        BlockException.Kind.IO,
                        "Compressed cluster at guest offset 0x%x (host offset 0x%x) is damaged"
                                .formatted(geometry.clusterStart(guestOffset), at));
            }
        }
    }
}
