package org.ashlar.exports.nbd.internal.session;

/** How requests and replies look, as negotiated. */
enum Mode {
    /** Compact requests, simple replies. */
    SIMPLE(28, 16),
    /** Compact requests, structured replies. */
    STRUCTURED(28, 20),
    /** Extended requests, extended replies. */
    EXTENDED(32, 32);

    private final int requestHeader;
    private final int chunkHeader;

    Mode(int requestHeader, int chunkHeader) {
        this.requestHeader = requestHeader;
        this.chunkHeader = chunkHeader;
    }

    /** Returns the length of a request's header in bytes. */
    int requestHeader() {
        return requestHeader;
    }

    /** Returns the length in bytes of the header of a chunk, or of the one simple reply. */
    int chunkHeader() {
        return chunkHeader;
    }

    /** Returns how many bytes stand before the data of a read: header and, in chunks, offset. */
    int dataHeader() {
        return this == SIMPLE ? chunkHeader : chunkHeader + Long.BYTES;
    }
}
