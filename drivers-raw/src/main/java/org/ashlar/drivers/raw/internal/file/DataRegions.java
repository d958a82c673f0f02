package org.ashlar.drivers.raw.internal.file;

import org.ashlar.drivers.raw.internal.linux.Errno;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.Extent;
import org.jspecify.annotations.Nullable;

/**
 * Finds data and holes of a file, and remembers the region of data found last, so that asking for a
 * large one in small steps stays cheap. Thread-safe.
 *
 * <ul>
 *   <li>I1: only data are remembered. Data that have become a hole are still correctly called data;
 *       a hole that has been written must never be called a hole, not even if the writer was
 *       another node or another program.
 * </ul>
 */
final class DataRegions {
    /** Written by whoever looked last; forgotten by whoever made a hole. */
    private volatile @Nullable Region last;

    /** A run of data. Immutable; offsets in bytes. */
    private record Region(long start, long end) {}

    /** Returns the data that start at {@code offset}, if they are remembered. */
    Extent.@Nullable Data remembered(long offset, long maxLength) {
        Region region = last;
        return region != null && region.start <= offset && offset < region.end
                ? new Extent.Data(Math.min(maxLength, region.end - offset))
                : null;
    }

    /** Describes the extent at {@code offset} of a file that ends at {@code length}; may block. */
    Extent find(OpenFile file, long length, long offset, long maxLength) {
        long data = file.seek(offset, SystemCalls.SEEK_DATA);
        if (data == -Errno.ENXIO) {
            return new Extent.Zero(maxLength, false); // Nothing but a hole, or the end.
        }
        if (data > offset) {
            return new Extent.Zero(Math.min(maxLength, data - offset), false);
        }
        long hole = data < 0 ? data : file.seek(offset, SystemCalls.SEEK_HOLE);
        if (hole <= offset) {
            return new Extent.Data(maxLength); // The file system cannot tell.
        }
        long end = hole == length ? readableEnd(hole, file.offsetAlignment()) : hole;
        last = new Region(offset, end);
        return new Extent.Data(Math.min(maxLength, end - offset));
    }

    /** What can only be read together is data together, with the padding behind the end. */
    private static long readableEnd(long end, int alignment) {
        return (end + alignment - 1) / alignment * alignment;
    }

    /** Forgets what is known: a hole was made. */
    void forget() {
        last = null;
    }
}
