package org.ashlar.tools.img;

import org.ashlar.spi.ChainExtent;
import org.ashlar.tools.ToolFailure;

/**
 * Cuts the sources into chunks, in order. Confined to one thread.
 *
 * <p>Chunks of data are at most as long as a buffer; where the target is compressed they are whole
 * clusters of it, so that each is written once.
 */
final class ChunkPlan {
    private final SourceSet sources;
    private final boolean zeroesAreData;
    private final boolean overBacking;
    private final long maxData;
    private final long unit;

    /** Where chunks go. */
    interface Sink {
        /** Takes the next chunk and returns whether more are wanted. */
        boolean accept(Chunk chunk) throws ToolFailure;
    }

    /**
     * Prepares to cut.
     *
     * @param zeroesAreData whether what reads as zeroes is copied like data
     * @param overBacking whether what the sources do not hold is left to the target's backing file
     * @param maxData the longest chunk of data, in bytes
     * @param unit of what chunks of data are multiples, in bytes; 1 for anything
     */
    ChunkPlan(
            SourceSet sources,
            boolean zeroesAreData,
            boolean overBacking,
            long maxData,
            long unit) {
        this.sources = sources;
        this.zeroesAreData = zeroesAreData;
        this.overBacking = overBacking;
        this.maxData = maxData;
        this.unit = unit;
    }

    /** Returns how many bytes are copied as data. */
    long dataBytes() throws ToolFailure {
        long[] sum = {0};
        forEach(chunk -> {
            sum[0] += chunk.zero() ? 0 : chunk.length();
            return true;
        });
        return sum[0];
    }

    /** Hands out every chunk that has to be written, until the sink wants no more. */
    void forEach(Sink sink) throws ToolFailure {
        long index = 0;
        long base = 0;
        for (int source = 0; source < sources.count(); source++) {
            long length = sources.length(source);
            long offset = 0;
            while (offset < length) {
                ChainExtent extent = sources.extentAt(source, offset);
                long end = Math.min(offset + extent.length(), length);
                boolean zero = extent.zero() && !zeroesAreData;
                if (isLeftToBacking(extent)) {
                    offset = Math.max(offset + 1, end);
                    continue;
                }
                long next = cut(offset, end, length, zero);
                Chunk chunk =
                        new Chunk(
                                index++,
                                base + offset,
                                next - offset,
                                source,
                                offset,
                                zero && next <= end);
                if (!sink.accept(chunk)) {
                    return;
                }
                offset = next;
            }
            base += length;
        }
    }

    private boolean isLeftToBacking(ChainExtent extent) {
        return overBacking && !extent.allocated();
    }

    /** Returns where the chunk that begins at {@code offset} ends. */
    private long cut(long offset, long end, long length, boolean zero) {
        if (zero && unit == 1) {
            return end;
        }
        if (zero) {
            // Whole units of zeroes are left out; one that begins with zeroes may end in data.
            long whole = end == length ? end : end / unit * unit;
            return whole > offset ? whole : Math.min(roundUp(offset + 1), length);
        }
        long most = Math.min(end, offset + maxData);
        return unit == 1 ? most : Math.min(roundUp(most), Math.min(length, offset + maxData));
    }

    private long roundUp(long offset) {
        return (offset + unit - 1) / unit * unit;
    }
}
