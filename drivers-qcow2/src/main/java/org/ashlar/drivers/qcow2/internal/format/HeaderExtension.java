package org.ashlar.drivers.qcow2.internal.format;

import java.nio.charset.StandardCharsets;

/**
 * One section after the header (spec, "Header extensions"). Immutable: nobody writes to the array.
 *
 * @param type which section it is
 * @param data its bytes without padding
 */
@SuppressWarnings("ArrayRecordComponent")
public record HeaderExtension(int type, byte[] data) {
    /** Ends the sections. */
    public static final int END = 0;

    /** The backing file's format, as text. */
    public static final int BACKING_FORMAT = 0xe279_2aca;

    /** The names of features. */
    public static final int FEATURE_NAMES = 0x6803_f857;

    /** Where persistent bitmaps lie. */
    public static final int BITMAPS = 0x2385_2875;

    /** Where the encryption header lies. */
    public static final int ENCRYPTION = 0x0537_be77;

    /** The name of the external data file, as text. */
    public static final int DATA_FILE = 0x4441_5441;

    /** Makes a section of text. */
    public static HeaderExtension ofText(int type, String text) {
        return new HeaderExtension(type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the data as text. */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    /** Returns how many bytes it takes in the header, with its head and padding. */
    public int length() {
        return 8 + (data.length + 7 & -8);
    }
}
