package org.ashlar.drivers.qcow2.internal.format;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ashlar.spi.BlockException;

/**
 * Where an image's persistent bitmaps are listed (spec, "Bitmaps extension"). Immutable.
 *
 * @param count how many there are
 * @param size the directory's length in bytes
 * @param offset where it begins in the file
 */
public record BitmapDirectory(int count, int size, long offset) {
    private static final int EXTENSION_LENGTH = 24;
    private static final int COUNT_MAX = 65535;
    private static final long SIZE_MAX = 64L << 20;

    /**
     * Returns an image's directory; none if the image was changed by who knew no bitmaps, as then
     * nobody knows what it leads to.
     *
     * @throws BlockException of kind {@code INVALID} if it is out of bounds
     */
    public static Optional<BitmapDirectory> of(Header header) throws BlockException {
        Optional<HeaderExtension> extension = header.extension(HeaderExtension.BITMAPS);
        if (extension.isEmpty() || (header.features().autoclear() & Features.BITMAPS) == 0) {
            return Optional.empty();
        }
        byte[] data = extension.get().data();
        ByteBuffer in = ByteBuffer.wrap(data);
        if (data.length != EXTENSION_LENGTH
                || in.getInt(0) == 0
                || in.getInt(4) != 0
                || header.geometry().inCluster(in.getLong(16)) != 0
                || Integer.toUnsignedLong(in.getInt(0)) > COUNT_MAX
                || in.getLong(8) < 0
                || in.getLong(8) > SIZE_MAX
                || in.getLong(16) < 0
                || in.getLong(16) > Limits.HOST_OFFSET_MAX) {
            throw BlockException.invalid("Invalid bitmaps extension");
        }
        return Optional.of(new BitmapDirectory(in.getInt(0), (int) in.getLong(8), in.getLong(16)));
    }
}
