package org.ashlar.drivers.qcow2.internal.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;

/**
 * Reads a {@link Header} from the first cluster of an image that nobody vouches for. Every offset,
 * length and count is bounded here; messages are the reference's. Confined to one use.
 */
public final class HeaderReader {
    private static final long SECTOR = 512;

    /** How many bytes {@link #clusterBits} and {@link #length} want. */
    public static final int PREFIX = HeaderWriter.LENGTH_KNOWN;

    private final ByteBuffer in;
    private final int version;
    private final int clusterBits;
    private final int clusterSize;
    private final int headerLength;
    private final Features features;

    private HeaderReader(byte[] start) throws BlockException {
        this.clusterBits = clusterBits(start);
        this.clusterSize = 1 << clusterBits;
        this.in = ByteBuffer.wrap(start);
        this.version = in.getInt(4);
        boolean v3 = version >= 3;
        this.headerLength = v3 ? in.getInt(100) : HeaderWriter.LENGTH_V2;
        this.features =
                v3 ? new Features(in.getLong(72), in.getLong(80), in.getLong(88)) : Features.NONE;
    }

    /** Returns whether the bytes begin with qcow2's signature and a known version. */
    public static boolean matches(ByteBuffer head) {
        return head.remaining() >= 8
                && head.getInt(head.position()) == HeaderWriter.MAGIC
                && isKnown(head.getInt(head.position() + 4));
    }

    private static boolean isKnown(int version) {
        return version == 2 || version == 3;
    }

    /**
     * Returns the size of the first cluster, as a binary logarithm, from the first {@link #PREFIX}
     * bytes, which are padded with zeroes where the file ends.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    public static int clusterBits(byte[] prefix) throws BlockException {
        ByteBuffer in = ByteBuffer.wrap(prefix);
        check(in.getInt(0) == HeaderWriter.MAGIC, "Image is not in qcow2 format");
        int version = in.getInt(4);
        check(isKnown(version), "Unsupported qcow2 version " + Integer.toUnsignedString(version));
        int bits = in.getInt(20);
        check(
                bits >= Limits.CLUSTER_BITS_MIN && bits <= Limits.CLUSTER_BITS_MAX,
                "Unsupported cluster size: 2^" + Integer.toUnsignedString(bits));
        return bits;
    }

    /**
     * Returns how much of the first cluster {@link #read} wants, from the first {@link #PREFIX}
     * bytes: up to the end of the backing file's name, which comes last; all of it if there is
     * none.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    public static int length(byte[] prefix) throws BlockException {
        HeaderReader reader = new HeaderReader(prefix);
        long name = reader.in.getLong(8);
        long end = name + Integer.toUnsignedLong(reader.in.getInt(16));
        boolean ends = name > 0 && end > name && reader.headerLength >= 0;
        long least = Math.max(PREFIX, reader.headerLength);
        return ends ? (int) Math.min(Math.max(end, least), reader.clusterSize) : reader.clusterSize;
    }

    /**
     * Reads the header from so much of the first cluster as {@link #length} says, padded with
     * zeroes where the file ends.
     *
     * @throws BlockException of kind {@code INVALID}, or {@code UNSUPPORTED} if the image uses a
     *     feature that is not known here
     */
    public static Header read(byte[] start) throws BlockException {
        return new HeaderReader(start).read();
    }

    private Header read() throws BlockException {
        checkLengths();
        List<HeaderExtension> extensions = readExtensions();
        checkFeatures(extensions);
        Geometry geometry = readGeometry();
        ExtensionCheck.check(extensions, in.getInt(32), clusterBits);
        TableLocation l1 = readL1(geometry);
        TableLocation refcounts = readRefcountTable();
        TableLocation snapshots = readSnapshots();
        return new Header(
                geometry,
                in.getLong(24) & -SECTOR,
                in.getInt(32),
                l1,
                refcounts,
                snapshots,
                features,
                readCompression(),
                readUnknownFields(),
                extensions,
                readBackingName());
    }

    private void checkLengths() throws BlockException {
        long length = Integer.toUnsignedLong(headerLength);
        check(
                length >= (version == 2 ? HeaderWriter.LENGTH_V2 : HeaderWriter.LENGTH_V3_MIN),
                "qcow2 header too short");
        check(length <= clusterSize, "qcow2 header exceeds cluster size");
        long backing = in.getLong(8);
        check(backing >= 0 && backing <= clusterSize, "Invalid backing file offset");
        checkCompression();
    }

    private void checkCompression() throws BlockException {
        int type = compressionByte();
        check(type < CompressionType.values().length, "qcow2: unknown compression type: " + type);
        boolean flagged = features.has(Features.COMPRESSION_TYPE);
        check(type == 0 || flagged, "qcow2: Compression type incompatible feature bit must be set");
        check(
                type != 0 || !flagged,
                "qcow2: Compression type incompatible feature bit must not be set");
    }

    private int compressionByte() {
        return version >= 3 && headerLength > HeaderWriter.LENGTH_V3_MIN
                ? Byte.toUnsignedInt(in.get(HeaderWriter.LENGTH_V3_MIN))
                : 0;
    }

    private CompressionType readCompression() {
        return CompressionType.of(compressionByte()).orElseThrow();
    }

    private byte[] readUnknownFields() {
        int from = Math.min(HeaderWriter.LENGTH_KNOWN, headerLength);
        return version == 2 ? new byte[0] : Arrays.copyOfRange(in.array(), from, headerLength);
    }

    private List<HeaderExtension> readExtensions() throws BlockException {
        List<HeaderExtension> extensions = new ArrayList<>();
        long backing = in.getLong(8);
        int end = backing == 0 ? clusterSize : (int) backing;
        int at = headerLength;
        while (at + 8 <= end) {
            int type = in.getInt(at);
            int length = in.getInt(at + 4);
            check(length >= 0 && length <= end - at - 8, "Header extension too large");
            if (type == HeaderExtension.END) {
                break;
            }
            byte[] data = Arrays.copyOfRange(in.array(), at + 8, at + 8 + length);
            HeaderExtension extension = new HeaderExtension(type, data);
            extensions.add(extension);
            at += extension.length();
        }
        return extensions;
    }

    private void checkFeatures(List<HeaderExtension> extensions) throws BlockException {
        long unknown = features.incompatible() & ~Features.KNOWN_INCOMPATIBLE;
        if (unknown != 0) {
            Optional<HeaderExtension> names =
                    extensions.stream()
                            .filter(found -> found.type() == HeaderExtension.FEATURE_NAMES)
                            .findFirst();
            throw new BlockException(
                    BlockException.Kind.UNSUPPORTED,
                    "Unsupported qcow2 feature(s): " + FeatureNames.describe(unknown, names));
        }
    }

    private Geometry readGeometry() throws BlockException {
        boolean extended = features.has(Features.EXTENDED_L2);
        int order = version == 2 ? 4 : in.getInt(96);
        check(
                order >= 0 && order <= Limits.REFCOUNT_ORDER_MAX,
                "Reference count entry width too large; may not exceed 64 bits");
        int crypt = in.getInt(32);
        check(crypt >= 0 && crypt <= 2, "Unsupported encryption method " + crypt);
        check(
                !extended || clusterBits >= Limits.EXTENDED_CLUSTER_BITS_MIN,
                "Extended L2 entries are only supported with cluster sizes of at least 16384"
                        + " bytes");
        return new Geometry(
                version, clusterBits, extended, order, features.has(Features.EXTERNAL_DATA));
    }

    private TableLocation readL1(Geometry geometry) throws BlockException {
        long size = in.getLong(24);
        long entries = Integer.toUnsignedLong(in.getInt(36));
        check(entries * 8 <= Limits.L1_BYTES_MAX, "Active L1 table too large");
        long offset = in.getLong(40);
        check(isTableAt(offset, entries * 8), "Active L1 table offset invalid");
        check(
                size >= 0 && geometry.l1EntriesFor(size) <= Limits.L1_BYTES_MAX / 8,
                "Image is too big");
        check(geometry.l1EntriesFor(size) <= entries, "L1 table is too small");
        return new TableLocation(offset, (int) entries);
    }

    private TableLocation readRefcountTable() throws BlockException {
        long clusters = Integer.toUnsignedLong(in.getInt(56));
        long bytes = clusters << clusterBits;
        check(bytes <= Limits.REFCOUNT_TABLE_BYTES_MAX, "Reference count table too large");
        long offset = in.getLong(48);
        check(isTableAt(offset, bytes), "Reference count table offset invalid");
        check(clusters != 0, "Image does not contain a reference count table");
        return new TableLocation(offset, (int) clusters);
    }

    private TableLocation readSnapshots() throws BlockException {
        long count = Integer.toUnsignedLong(in.getInt(60));
        check(count <= Limits.SNAPSHOTS_MAX, "Snapshot table too large");
        long offset = in.getLong(64);
        check(count == 0 || isTableAt(offset, count), "Snapshot table offset invalid");
        return new TableLocation(count == 0 ? 0 : offset, (int) count);
    }

    private boolean isTableAt(long offset, long bytes) {
        return offset >= 0
                && (offset & ((1L << clusterBits) - 1)) == 0
                && offset <= Long.MAX_VALUE - bytes;
    }

    /** The name ends with the first zero byte, and an empty one is none. */
    private Optional<String> readBackingName() throws BlockException {
        int offset = (int) in.getLong(8);
        if (offset == 0) {
            return Optional.empty();
        }
        int length = in.getInt(16);
        check(
                length >= 0 && length <= Math.min(Limits.BACKING_NAME_MAX, clusterSize - offset),
                "Backing file name too long");
        int end = 0;
        while (end < length && in.get(offset + end) != 0) {
            end++;
        }
        String name = new String(in.array(), offset, end, StandardCharsets.UTF_8);
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private static void check(boolean good, String message) throws BlockException {
        if (!good) {
            throw BlockException.invalid(message);
        }
    }
}
