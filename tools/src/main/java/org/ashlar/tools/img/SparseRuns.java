package org.ashlar.tools.img;

import java.lang.foreign.MemorySegment;

/**
 * Cuts data into runs of zeroes that are worth leaving out and runs of anything else. Confined to
 * one thread.
 */
final class SparseRuns {
    private final MemorySegment data;
    private final long base;
    private final long unit;
    private long offset;
    private long end;
    private boolean zero;

    /**
     * Prepares to cut.
     *
     * @param base the data's offset in the image, to which runs are aligned
     * @param unit how many zeroes are worth leaving out, and where runs may begin, in bytes
     */
    SparseRuns(MemorySegment data, long base, long unit) {
        this.data = data;
        this.base = base;
        this.unit = unit;
    }

    /** Finds the next run; returns whether there is one. */
    boolean next() {
        offset = end;
        if (offset >= data.byteSize()) {
            return false;
        }
        zero = isZero(offset);
        end = unitEnd(offset);
        while (end < data.byteSize() && isZero(end) == zero) {
            end = unitEnd(end);
        }
        return true;
    }

    private boolean isZero(long from) {
        return Zeroes.all(data.asSlice(from, unitEnd(from) - from));
    }

    private long unitEnd(long from) {
        long next = (base + from) / unit * unit + unit - base;
        return Math.min(next, data.byteSize());
    }

    /** Returns where the run begins in the data. */
    long offset() {
        return offset;
    }

    /** Returns how long the run is. */
    long length() {
        return end - offset;
    }

    /** Returns whether the run is zeroes. */
    boolean isZero() {
        return zero;
    }
}
