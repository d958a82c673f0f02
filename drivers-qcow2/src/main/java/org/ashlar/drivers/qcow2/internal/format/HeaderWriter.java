package org.ashlar.drivers.qcow2.internal.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;

/** Turns a {@link Header} into the bytes at the start of an image. Stateless. */
public final class HeaderWriter {
    static final int MAGIC = 0x5146_49fb;
    static final int LENGTH_V2 = 72;
    static final int LENGTH_V3_MIN = 104;

    /** Up to the compression type and its padding. */
    static final int LENGTH_KNOWN = 112;

    private HeaderWriter() {}

    /**
     * Returns the bytes from offset 0 to the end of the backing file's name.
     *
     * @throws BlockException of kind {@code NO_SPACE} if they do not fit into the first cluster, or
     *     {@code INVALID} if the name is too long
     */
    public static byte[] write(Header header) throws BlockException {
        return write(header, 0);
    }

    /**
     * Returns the same with the name not before {@code free}, if the cluster has room for it there.
     */
    public static byte[] write(Header header, int free) throws BlockException {
        byte[] name =
                header.backingFile()
                        .map(s -> s.getBytes(StandardCharsets.UTF_8))
                        .orElse(new byte[0]);
        if (name.length > Limits.BACKING_NAME_MAX) {
            throw BlockException.invalid("Backing file name too long");
        }
        int nameOffset = endOfExtensions(header);
        if (free > nameOffset && free + name.length <= header.geometry().clusterSize()) {
            nameOffset = free;
        }
        if (nameOffset + name.length > header.geometry().clusterSize()) {
            throw new BlockException(
                    Kind.NO_SPACE,
                    "The header with its extensions and the backing file name does not fit into"
                            + " one cluster");
        }
        ByteBuffer out = ByteBuffer.allocate(nameOffset + name.length);
        boolean named = header.backingFile().isPresent();
        putFixed(out, header, named ? nameOffset : 0, name.length);
        putExtensions(out, header);
        out.position(nameOffset);
        out.put(name);
        return out.array();
    }

    /** Returns where the backing file's name is that a header's first bytes lead to, or 0. */
    public static int nameOffset(byte[] prefix) {
        return Math.toIntExact(ByteBuffer.wrap(prefix).getLong(8));
    }

    /** Returns where that name ends, or 0. */
    public static int endOfName(byte[] prefix) {
        int offset = nameOffset(prefix);
        return offset == 0 ? 0 : offset + ByteBuffer.wrap(prefix).getInt(16);
    }

    /** Returns where a header's extensions end. */
    public static int endOfExtensions(Header header) {
        return fixedLength(header) + extensionsLength(header);
    }

    /**
     * Returns the first bytes of a header on the disk with the fields that may change while the
     * image is in use, and all else as it was.
     */
    public static byte[] patch(byte[] prefix, Header header) {
        byte[] changed = prefix.clone();
        ByteBuffer out = ByteBuffer.wrap(changed);
        out.putLong(24, header.size());
        out.putInt(36, header.l1().count()).putLong(40, header.l1().offset());
        out.putLong(48, header.refcountTable().offset());
        out.putInt(56, header.refcountTable().count());
        if (header.geometry().version() >= 3) {
            out.putLong(72, header.features().incompatible());
            out.putLong(80, header.features().compatible());
            out.putLong(88, header.features().autoclear());
        }
        return changed;
    }

    private static int fixedLength(Header header) {
        return header.geometry().version() == 2
                ? LENGTH_V2
                : LENGTH_KNOWN + header.unknownFields().length;
    }

    private static int extensionsLength(Header header) {
        return 8 + header.extensions().stream().mapToInt(HeaderExtension::length).sum();
    }

    private static void putFixed(ByteBuffer out, Header header, int nameOffset, int nameLength) {
        out.putInt(MAGIC).putInt(header.geometry().version());
        out.putLong(nameOffset).putInt(nameLength);
        out.putInt(header.geometry().clusterBits()).putLong(header.size());
        out.putInt(header.cryptMethod());
        out.putInt(header.l1().count()).putLong(header.l1().offset());
        out.putLong(header.refcountTable().offset()).putInt(header.refcountTable().count());
        out.putInt(header.snapshots().count()).putLong(header.snapshots().offset());
        if (header.geometry().version() == 2) {
            return;
        }
        Features features = header.features();
        out.putLong(features.incompatible());
        out.putLong(features.compatible());
        out.putLong(features.autoclear());
        out.putInt(header.geometry().refcountOrder()).putInt(fixedLength(header));
        out.put((byte) header.compression().code());
        out.position(LENGTH_KNOWN);
        out.put(header.unknownFields());
    }

    private static void putExtensions(ByteBuffer out, Header header) {
        for (HeaderExtension extension : header.extensions()) {
            int start = out.position();
            out.putInt(extension.type()).putInt(extension.data().length).put(extension.data());
            out.position(start + extension.length());
        }
        out.putInt(HeaderExtension.END).putInt(0);
    }
}
