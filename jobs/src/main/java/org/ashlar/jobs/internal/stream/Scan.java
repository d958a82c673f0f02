package org.ashlar.jobs.internal.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Child;
import org.ashlar.spi.Request;

/**
 * Finds what is to be filled: ranges that no cluster of the overlay holds, but a layer between it
 * and the base does, if only as zeroes. Confined to the job's thread.
 *
 * <ul>
 *   <li>I1: {@code position} is a multiple of the overlay's cluster, or the end.
 *   <li>I2: everything before {@code position} was found to need nothing, or was handed out.
 * </ul>
 */
final class Scan {
    /** How long a piece that holds data may be, in bytes. */
    static final long DATA_PIECE = 512 << 10;

    /** How long a piece that reads as zeroes may be, in bytes. */
    static final long ZERO_PIECE = 256 << 20;

    /** How many bytes one step goes over at most, so that a pause or a drain is soon heard. */
    private static final long STEP = 1L << 30;

    private final Child device;
    private final Optional<String> base;
    private final int layers;
    private long position;
    private long cluster = 1;

    /**
     * Makes a scan from the beginning.
     *
     * @param base where to stop looking, by name; if the name leads nowhere any more, {@code
     *     layers} still tells
     * @param layers how many layers from the overlay to the bottom
     */
    Scan(Child device, Optional<String> base, int layers) {
        this.device = device;
        this.base = base;
        this.layers = layers;
    }

    long position() {
        return position;
    }

    /**
     * Goes on until it has found {@code count} pieces, or gone over as much as one step may.
     *
     * @return what was found, in order; maybe nothing
     * @throws IOException if nothing was found before the layers could not be asked; the position
     *     is where that was
     */
    List<Piece> next(Request request, int count) throws IOException {
        List<Piece> found = new ArrayList<>();
        long length = device.length(request);
        long stop = Math.min(length, position + STEP);
        cluster = device.capabilities(request).clusterSize();
        try {
            while (found.size() < count && position < stop) {
                Run run = runAt(request, position, length - position);
                if (run.fill) {
                    found.add(new Piece(position, run.length, run.zero));
                }
                position += run.length; // I1, I2
            }
        } catch (IOException failed) {
            if (found.isEmpty()) {
                throw failed;
            }
        }
        return found;
    }

    /** Leaves out what could not be asked about. */
    void skip() {
        position += pieceOf(DATA_PIECE);
    }

    private record Run(long length, boolean fill, boolean zero) {}

    /** Describes whole clusters that are alike, or one cluster whose parts are not. */
    private Run runAt(Request request, long offset, long rest) throws IOException {
        ChainExtent extent = device.chainExtentAt(request, offset, rest, base);
        long whole = extent.length() == rest ? rest : extent.length() / cluster * cluster;
        if (whole == 0) {
            return mixed(request, offset, Math.min(cluster, rest), extent);
        }
        boolean fill = isToBeFilled(extent);
        boolean zero = isZeroAboveBase(extent);
        long most = fill ? pieceOf(zero ? ZERO_PIECE : DATA_PIECE) : rest;
        return new Run(Math.min(whole, most), fill, zero);
    }

    private long pieceOf(long bytes) {
        return Math.max(bytes / cluster, 1) * cluster;
    }

    /** A cluster is filled as a whole if any part of it is to be filled. */
    private Run mixed(Request request, long offset, long length, ChainExtent first)
            throws IOException {
        boolean fill = isToBeFilled(first);
        boolean zero = isZeroAboveBase(first);
        for (long done = first.length(); done < length; ) {
            ChainExtent part = device.chainExtentAt(request, offset + done, length - done, base);
            fill |= isToBeFilled(part);
            zero &= isZeroAboveBase(part);
            done += part.length();
        }
        return new Run(length, fill, zero);
    }

    /** What no layer above the base holds, only the base can tell, whatever the extent says. */
    private boolean isZeroAboveBase(ChainExtent extent) {
        return extent.zero() && extent.allocated() && extent.depth() < layers;
    }

    /**
     * Data of the overlay's own are left alone. Zeroes of its own are not told from those that a
     * short layer right below it shows past its end, which are to be filled; filling is dropped
     * where the overlay holds zeroes indeed.
     */
    private boolean isToBeFilled(ChainExtent extent) {
        return extent.allocated()
                && extent.depth() < layers
                && (extent.depth() > 0 || extent.zero());
    }
}
