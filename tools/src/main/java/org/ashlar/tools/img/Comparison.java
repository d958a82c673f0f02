package org.ashlar.tools.img;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.spi.ChainExtent;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.text.ErrorText;
import org.ashlar.tools.text.Progress;

/** Compares two images extent by extent. Confined to one thread. */
final class Comparison {
    private static final int CHUNK = 2 << 20;
    private static final int STATUS_FAILED = 3;
    private static final int READ_FAILED = 4;

    private final Disk first;
    private final Disk second;
    private final boolean strict;
    private final Progress progress;

    Comparison(Disk first, Disk second, boolean strict, Progress progress) {
        this.first = first;
        this.second = second;
        this.strict = strict;
        this.progress = progress;
    }

    /** Compares; tells the outcome and returns the exit code. */
    int run(Consumer<String> tell) throws ToolFailure, IOException {
        long firstLength = first.lane().length();
        long secondLength = second.lane().length();
        if (strict && firstLength != secondLength) {
            tell.accept("Strict mode: Image size mismatch!");
            return 1;
        }
        long shared = Math.min(firstLength, secondLength);
        long all = Math.max(firstLength, secondLength);
        String difference = compareShared(shared, all);
        if (difference.isEmpty() && firstLength != secondLength) {
            tell.accept("Warning: Image size mismatch!");
            difference = findDataBehind(firstLength > secondLength ? first : second, shared, all);
        }
        tell.accept(difference.isEmpty() ? "Images are identical." : difference);
        return difference.isEmpty() ? 0 : 1;
    }

    private String compareShared(long shared, long all) throws ToolFailure, IOException {
        try (Buffer one = first.lane().buffers().acquire(CHUNK);
                Buffer two = first.lane().buffers().acquire(CHUNK)) {
            long chunk;
            for (long offset = 0; offset < shared; offset += chunk) {
                Status here = status(first, offset);
                Status there = status(second, offset);
                chunk = Math.min(Math.min(here.length(), there.length()), shared - offset);
                if (strict && !here.sameAs(there)) {
                    return "Strict mode: Offset " + offset + " block status mismatch!";
                }
                if (!here.readsAsZero() || !there.readsAsZero()) {
                    chunk = Math.min(chunk, CHUNK);
                    long at =
                            compareChunk(
                                    here,
                                    there,
                                    offset,
                                    one.segment().asSlice(0, chunk),
                                    two.segment().asSlice(0, chunk));
                    if (at >= 0) {
                        return mismatch(offset + at);
                    }
                }
                advance(chunk, all);
            }
            return "";
        }
    }

    private static long compareChunk(
            Status here, Status there, long offset, MemorySegment one, MemorySegment two)
            throws ToolFailure {
        if (here.readsAsZero()) {
            read(there.disk(), offset, two);
            return nonZeroSector(two);
        }
        read(here.disk(), offset, one);
        if (there.readsAsZero()) {
            return nonZeroSector(one);
        }
        read(there.disk(), offset, two);
        return sectorOf(one.mismatch(two));
    }

    private String findDataBehind(Disk longer, long from, long end)
            throws ToolFailure, IOException {
        try (Buffer buffer = longer.lane().buffers().acquire(CHUNK)) {
            long chunk;
            for (long offset = from; offset < end; offset += chunk) {
                Status status = status(longer, offset);
                chunk = Math.min(status.length(), end - offset);
                if (!status.readsAsZero()) {
                    chunk = Math.min(chunk, CHUNK);
                    MemorySegment data = buffer.segment().asSlice(0, chunk);
                    read(longer, offset, data);
                    long at = nonZeroSector(data);
                    if (at >= 0) {
                        return mismatch(offset + at);
                    }
                }
                advance(chunk, end);
            }
            return "";
        }
    }

    private void advance(long chunk, long all) {
        progress.add((float) chunk / all * 100);
    }

    private static String mismatch(long offset) {
        return "Content mismatch at offset " + offset + "!";
    }

    private static Status status(Disk disk, long offset) throws ToolFailure, IOException {
        long length = disk.lane().length();
        try {
            ChainExtent extent = disk.lane().extentAt(offset, length - offset);
            return new Status(disk, extent, offset + extent.length() >= length);
        } catch (IOException failed) {
            throw ToolFailure.of(
                    STATUS_FAILED, "Sector allocation test failed for " + disk.fileName());
        }
    }

    private static void read(Disk disk, long offset, MemorySegment into) throws ToolFailure {
        try {
            disk.lane().read(offset, into);
        } catch (IOException failed) {
            throw ToolFailure.of(
                    READ_FAILED,
                    "Error while reading offset "
                            + offset
                            + " of "
                            + disk.fileName()
                            + ": "
                            + ErrorText.of(failed));
        }
    }

    private static long nonZeroSector(MemorySegment data) {
        return sectorOf(Zeroes.firstNonZero(data));
    }

    private static long sectorOf(long offset) {
        return offset < 0 ? offset : offset / Disk.SECTOR * Disk.SECTOR;
    }

    /**
     * What is at an offset of one of the images. Immutable.
     *
     * @param atEnd whether it reaches to the image's end
     */
    private record Status(Disk disk, ChainExtent extent, boolean atEnd) {

        long length() {
            return extent.length();
        }

        boolean readsAsZero() {
            return extent.zero() || !extent.allocated();
        }

        boolean sameAs(Status other) {
            return extent.allocated() == other.extent.allocated()
                    && extent.data() == other.extent.data()
                    && extent.zero() == other.extent.zero()
                    && extent.location().isPresent() == other.extent.location().isPresent()
                    && atEnd == other.atEnd;
        }
    }
}
