package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import org.ashlar.spi.Request;

/**
 * The dirty blocks of a slice as they stood at one moment, on their way to the disk. Confined to
 * the write-back.
 *
 * @param slice whose they are
 * @param hostOffset where the slice lies in the file
 * @param blocks which blocks, one bit each
 * @param blockWords how many words a block has
 * @param words the words from the first to the last of these blocks
 */
@SuppressWarnings("ArrayRecordComponent")
record SliceCopy(TableSlice slice, long hostOffset, long blocks, int blockWords, long[] words) {

    /** Writes the blocks, neighbours together. */
    void write(Request request, HostFile file) throws IOException {
        int base = Long.numberOfTrailingZeros(blocks);
        long rest = blocks;
        while (rest != 0) {
            int from = Long.numberOfTrailingZeros(rest);
            int run = Long.numberOfTrailingZeros(~(rest >>> from));
            long at = hostOffset + (long) from * blockWords * Long.BYTES;
            file.writeWords(request, at, words, (from - base) * blockWords, run * blockWords);
            rest = from + run == Long.SIZE ? 0 : rest & (-1L << (from + run));
        }
    }
}
