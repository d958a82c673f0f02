package org.ashlar.tools.img;

import org.ashlar.spi.ChainExtent;
import org.ashlar.tools.ToolFailure;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the sources into chunks, in order. Confined to one thread at a time.
 *
 * <p>Chunks of data are at most as long as a buffer; where the target is compressed they are whole
 * clusters of it, so that each is written once.
 */
final class ChunkPlan {
    private final SourceSet sources;
    private final Rules rules;
    private long index;
    private int source;

    /** Where the source begins in the target. */
    private long base;

    /** How far it is cut. */
    private long offset;

    /** What becomes of what is known to read as zeroes. */
    enum Zeroes {
        /** It is copied like data. */
        COPIED,
        /** It is made to read as zeroes. */
        WRITTEN,
        /** It is left out: the target reads as zeroes. */
        LEFT_OUT
    }

    /**
     * How to cut.
     *
     * @param zeroes what becomes of zeroes
     * @param overBacking whether what the sources do not hold is left to the target's backing file
     * @param maxData the longest chunk of data, in bytes
     * @param unit of what chunks of data are multiples, in bytes; 1 for anything
     */
    record Rules(Zeroes zeroes, boolean overBacking, long maxData, long unit) {}

    ChunkPlan(SourceSet sources, Rules rules) {
        this.sources = sources;
        this.rules = rules;
    }

    /** Returns how many bytes are copied as data, cutting everything. */
    static long dataBytes(SourceSet sources, Rules rules) throws ToolFailure {
        ChunkPlan plan = new ChunkPlan(sources, rules);
        long sum = 0;
        for (Chunk chunk = plan.next(); chunk != null; chunk = plan.next()) {
            sum += chunk.zero() ? 0 : chunk.length();
        }
        return sum;
    }

    /** Returns the next chunk that has to be written, or null if there is none left. */
    @Nullable Chunk next() throws ToolFailure {
        while (source < sources.count()) {
            long length = sources.length(source);
            while (offset < length) {
                ChainExtent extent = sources.extentAt(source, offset);
                Chunk chunk = cut(extent, length);
                if (chunk != null) {
                    return chunk;
                }
            }
            base += length;
            offset = 0;
            source++;
        }
        return null;
    }

    /** Returns null if there is nothing to write. */
    private @Nullable Chunk cut(ChainExtent extent, long length) {
        long end = Math.min(offset + extent.length(), length);
        if (rules.overBacking && !extent.allocated()) {
            offset = Math.max(offset + 1, end);
            return null;
        }
        boolean zero = extent.zero() && rules.zeroes != Zeroes.COPIED;
        long begin = offset;
        offset = end(end, length, zero);
        boolean allZero = zero && offset <= end;
        return allZero && rules.zeroes == Zeroes.LEFT_OUT
                ? null
                : new Chunk(index++, base + begin, offset - begin, source, begin, allZero);
    }

    /** Returns where the chunk that begins at {@code offset} ends. */
    private long end(long extentEnd, long length, boolean zero) {
        long unit = rules.unit;
        if (zero && unit == 1) {
            return extentEnd;
        }
        if (zero) {
            // Whole units of zeroes are left out; one that begins with zeroes may end in data.
            long whole = extentEnd == length ? extentEnd : extentEnd / unit * unit;
            return whole > offset ? whole : Math.min(roundUp(offset + 1), length);
        }
        if (unit == 1) {
            // Ends where a cluster of the target is likely to end, so that it is written once.
            return Math.min(extentEnd, (offset / rules.maxData + 1) * rules.maxData);
        }
        long most = Math.min(extentEnd, offset + rules.maxData);
        return Math.min(roundUp(most), Math.min(length, offset + rules.maxData));
    }

    private long roundUp(long position) {
        return (position + rules.unit - 1) / rules.unit * rules.unit;
    }
}
