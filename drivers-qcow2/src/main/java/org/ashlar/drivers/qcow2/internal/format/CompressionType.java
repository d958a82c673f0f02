package org.ashlar.drivers.qcow2.internal.format;

import java.util.Optional;
import java.util.stream.Stream;

/** How clusters are compressed (spec, "Additional fields", byte 104). */
public enum CompressionType {
    /** Raw deflate, without zlib's header. */
    ZLIB(0, "zlib"),
    /** Zstandard. */
    ZSTD(1, "zstd");

    private final int code;
    private final String text;

    CompressionType(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** Returns the header's value. */
    public int code() {
        return code;
    }

    /** Returns the name users know. */
    public String text() {
        return text;
    }

    /** Returns the type of a header's value. */
    static Optional<CompressionType> of(int code) {
        return Stream.of(values()).filter(type -> type.code == code).findFirst();
    }
}
