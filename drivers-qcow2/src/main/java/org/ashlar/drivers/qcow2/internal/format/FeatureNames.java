package org.ashlar.drivers.qcow2.internal.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and makes the feature name table (spec, "Feature name table"). Stateless. */
public final class FeatureNames {
    private static final int ENTRY = 48;
    private static final int NAME = 46;
    private static final byte INCOMPATIBLE = 0;
    private static final byte COMPATIBLE = 1;
    private static final byte AUTOCLEAR = 2;

    private FeatureNames() {}

    /** Returns the table of the features known here. */
    public static HeaderExtension table() {
        ByteBuffer table = ByteBuffer.allocate(8 * ENTRY);
        put(table, INCOMPATIBLE, 0, "dirty bit");
        put(table, INCOMPATIBLE, 1, "corrupt bit");
        put(table, INCOMPATIBLE, 2, "external data file");
        put(table, INCOMPATIBLE, 3, "compression type");
        put(table, INCOMPATIBLE, 4, "extended L2 entries");
        put(table, COMPATIBLE, 0, "lazy refcounts");
        put(table, AUTOCLEAR, 0, "bitmaps");
        put(table, AUTOCLEAR, 1, "raw external data");
        return new HeaderExtension(HeaderExtension.FEATURE_NAMES, table.array());
    }

    private static void put(ByteBuffer table, byte kind, int bit, String name) {
        int start = table.position();
        table.put(kind).put((byte) bit).put(name.getBytes(StandardCharsets.US_ASCII));
        table.position(start + ENTRY);
    }

    /**
     * Names the incompatible bits of {@code mask} for a message, with the image's own names where
     * it has some.
     */
    public static String describe(long mask, Optional<HeaderExtension> table) {
        List<String> names = new ArrayList<>();
        long rest = mask;
        byte[] data = table.map(HeaderExtension::data).orElse(new byte[0]);
        for (int at = 0; at + ENTRY <= data.length; at += ENTRY) {
            int bit = data[at + 1];
            if (data[at] == INCOMPATIBLE && bit >= 0 && bit < 64 && (rest & (1L << bit)) != 0) {
                names.add(nameAt(data, at + 2));
                rest &= ~(1L << bit);
            }
        }
        if (rest != 0) {
            names.add("Unknown incompatible feature: " + Long.toHexString(rest));
        }
        return String.join(", ", names);
    }

    /** Takes control characters out: the name is the image's, and goes to a terminal. */
    private static String nameAt(byte[] data, int start) {
        int length = 0;
        while (length < NAME && data[start + length] != 0) {
            length++;
        }
        String name = new String(data, start, length, StandardCharsets.UTF_8);
        return name.replaceAll("\\p{Cntrl}", "?");
    }
}
