package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.Claims;
import org.ashlar.drivers.qcow2.internal.table.L2Map;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.drivers.qcow2.internal.table.Missing;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * Writes clusters compressed (spec, "Compressed Clusters Descriptor"): as many at once as there are
 * requests, each compressed on its caller's thread. Immutable.
 *
 * <p>A cluster is compressed first, without any lock or claim; then it goes the way of any {@link
 * AllocatingWrite}: claimed, given space, filled, linked. What was there before is put away, never
 * written over.
 */
final class CompressedWriter {
    private final Metadata metadata;
    private final Geometry geometry;
    private final L2Map map;
    private final EntryChanges changes;
    private final Compressor compressor;

    CompressedWriter(Metadata metadata, EntryChanges changes, Compressor compressor) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.map = metadata.map();
        this.changes = changes;
        this.compressor = compressor;
    }

    /**
     * Writes one cluster compressed, or returns false, with no effect, if it is to be written as it
     * is: a part of a cluster, or one that does not shrink. The last cluster of the disk is whole
     * where the disk ends.
     *
     * @param populate whether to write only what is unallocated
     */
    boolean write(Request request, long offset, MemorySegment from, boolean populate)
            throws IOException {
        if (request.mustNotBlock()) {
            // It takes long enough to hold others up.
            throw BlockException.wouldBlock();
        }
        long cluster = geometry.clusterSize();
        boolean toTheEnd = offset + from.byteSize() == metadata.header().size();
        if (geometry.externalData()
                || geometry.inCluster(offset) != 0
                || (from.byteSize() != cluster && !toTheEnd)) {
            return false;
        }
        Buffers buffers = metadata.file().buffers();
        try (Buffers.Buffer packed = buffers.acquire(compressor.room(cluster))) {
            long length = compress(from, packed.segment());
            return length < cluster
                    && store(request, offset, packed.segment().asSlice(0, length), populate);
        }
    }

    private long compress(MemorySegment from, MemorySegment packed) {
        long cluster = geometry.clusterSize();
        if (from.byteSize() == cluster && from.isNative()) {
            return compressor.compress(from, packed);
        }
        try (Buffers.Buffer whole = metadata.file().buffers().acquire(cluster)) {
            whole.segment().copyFrom(from).asSlice(from.byteSize()).fill((byte) 0);
            return compressor.compress(whole.segment(), packed);
        }
    }

    private boolean store(Request request, long offset, MemorySegment packed, boolean populate)
            throws IOException {
        Claims.Claim claim = claim(request, offset);
        long host = Metadata.NO_ROOM;
        boolean linked = false;
        try {
            long length = packed.byteSize();
            host = metadata.locked(request, () -> allocate(claim.first(), length, populate));
            if (host == Metadata.NO_ROOM) {
                return false;
            }
            metadata.file().write(request, host, packed);
            long descriptor = L2Entry.compressed(host, length, geometry);
            changes.beginChange();
            try {
                linked = metadata.locked(request, () -> link(claim.first(), descriptor));
            } finally {
                changes.endChange(claim.first(), 1);
            }
        } finally {
            end(claim);
            if (!linked && host != Metadata.NO_ROOM) {
                metadata.giveBack(request, host, packed.byteSize());
            }
        }
        metadata.keepBounds(request);
        return true;
    }

    private Claims.Claim claim(Request request, long offset) throws IOException {
        while (true) {
            map.ensureOwn(request, offset);
            Claims.Claim claim = metadata.locked(request, () -> tryClaim(offset));
            if (claim != null) {
                return claim;
            }
        }
    }

    /** Returns null if somebody was waited for. */
    private Claims.@Nullable Claim tryClaim(long offset) {
        long cluster = offset >>> geometry.clusterBits();
        Claims.Claim other = metadata.clusterClaims().find(cluster, 1);
        if (other != null) {
            other.await();
        }
        return other == null && map.isOwn(offset) ? metadata.clusterClaims().add(cluster, 1) : null;
    }

    private long allocate(long cluster, long length, boolean populate) throws Missing, IOException {
        EntryChanges.Entry entry = changes.entry(cluster);
        boolean taken = entry.isCompressed() || entry.hasHost() || entry.bitmap() != 0;
        return populate && taken ? Metadata.NO_ROOM : metadata.allocateBytes(length);
    }

    private boolean link(long cluster, long descriptor) throws Missing, IOException {
        EntryChanges.Entry entry = changes.entry(cluster);
        entry.set(descriptor, 0);
        entry.freeHost(false);
        return true;
    }

    private void end(Claims.Claim claim) {
        metadata.lock().lock();
        try {
            metadata.clusterClaims().end(claim);
        } finally {
            metadata.lock().unlock();
        }
    }
}
