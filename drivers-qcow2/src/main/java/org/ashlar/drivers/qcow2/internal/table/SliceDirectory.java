package org.ashlar.drivers.qcow2.internal.table;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds slices by number without a lock, a hash or a box: an array of chunks made when first
 * needed. Read by anybody; changed under the image's lock alone.
 */
final class SliceDirectory {
    private static final int CHUNK_BITS_MIN = 9;
    private static final int CHUNKS_MAX_BITS = 16;

    private final int chunkBits;

    /** Replaced under the image's lock, by a longer one that shares its chunks. */
    private volatile AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable TableSlice>>
            chunks;

    /** Makes a directory for so many slices. */
    SliceDirectory(long slices) {
        int bits = 64 - Long.numberOfLeadingZeros(Math.max(slices, 1));
        this.chunkBits = Math.max(CHUNK_BITS_MIN, bits - CHUNKS_MAX_BITS);
        this.chunks = new AtomicReferenceArray<>(chunksFor(slices));
    }

    private int chunksFor(long slices) {
        return (int) (slices >>> chunkBits) + 1;
    }

    /** Returns the slice of that number, if it is there. */
    @Nullable TableSlice get(long index) {
        AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable TableSlice>> all = chunks;
        long chunk = index >>> chunkBits;
        if (chunk >= all.length()) {
            return null;
        }
        AtomicReferenceArray<@Nullable TableSlice> found = all.getAcquire((int) chunk);
        return found == null ? null : found.getAcquire(within(index));
    }

    private int within(long index) {
        return (int) index & ((1 << chunkBits) - 1);
    }

    /** Puts a slice in, or takes it out. */
    void put(long index, @Nullable TableSlice slice) {
        int chunk = (int) (index >>> chunkBits);
        AtomicReferenceArray<@Nullable TableSlice> found = chunks.get(chunk);
        if (found == null) {
            found = new AtomicReferenceArray<>(1 << chunkBits);
            chunks.setRelease(chunk, found);
        }
        found.setRelease(within(index), slice);
    }

    /** Makes room for so many slices. */
    void grow(long slices) {
        AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable TableSlice>> old = chunks;
        if (chunksFor(slices) > old.length()) {
            var grown =
                    new AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable TableSlice>>(
                            chunksFor(slices));
            for (int i = 0; i < old.length(); i++) {
                grown.setPlain(i, old.get(i));
            }
            chunks = grown;
        }
    }

    /** Shows every slice to {@code action}. */
    void forEach(Consumer<TableSlice> action) {
        for (int i = 0; i < chunks.length(); i++) {
            AtomicReferenceArray<@Nullable TableSlice> chunk = chunks.get(i);
            for (int j = 0; chunk != null && j < chunk.length(); j++) {
                TableSlice slice = chunk.get(j);
                if (slice != null) {
                    action.accept(slice);
                }
            }
        }
    }
}
