package org.ashlar.exports.nbd.internal.session;

import java.nio.ByteBuffer;

/**
 * The header of one request, section "Request message". Confined to one thread; reused for every
 * request of a connection, so that none is allocated.
 */
final class RequestHeader {
    private int flags;
    private int type;
    private long cookie;
    private long offset;
    private long length;
    private boolean extended;

    /**
     * Reads a header.
     *
     * @param from holds a whole header at index {@code at}
     * @throws MalformedException if it is none
     */
    void read(ByteBuffer from, int at, Mode mode) throws MalformedException {
        extended = mode == Mode.EXTENDED;
        int magic = from.getInt(at);
        if (magic != (extended ? Wire.EXTENDED_REQUEST_MAGIC : Wire.REQUEST_MAGIC)) {
            throw new MalformedException("wrong magic 0x%08x of a request".formatted(magic));
        }
        flags = from.getShort(at + 4) & 0xffff;
        type = from.getShort(at + 6) & 0xffff;
        cookie = from.getLong(at + 8);
        offset = from.getLong(at + 16);
        length = extended ? from.getLong(at + 24) : from.getInt(at + 24) & 0xffffffffL;
    }

    /** Returns a copy that outlives the next request. */
    RequestHeader copy() {
        RequestHeader copy = new RequestHeader();
        copy.flags = flags;
        copy.type = type;
        copy.cookie = cookie;
        copy.offset = offset;
        copy.length = length;
        copy.extended = extended;
        return copy;
    }

    /** Returns a copy with another effect length, in bytes. */
    RequestHeader withLength(long bytes) {
        RequestHeader copy = copy();
        copy.length = bytes;
        return copy;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    int flags() {
        return flags;
    }

    int type() {
        return type;
    }

    /** Returns what the client tells its requests apart by. */
    long cookie() {
        return cookie;
    }

    /** Returns the offset in bytes, unsigned. */
    long offset() {
        return offset;
    }

    /**
     * Returns the length in bytes, unsigned: of the payload if there is one, else of the effect.
     */
    long length() {
        return length;
    }

    /** Returns how many bytes follow the header, unsigned. */
    long payload() {
        boolean follows = extended ? has(Wire.FLAG_PAYLOAD_LEN) : type == Wire.CMD_WRITE;
        return follows ? length : 0;
    }

    @Override
    public String toString() {
        return "type %d, flags 0x%x, offset %s, length %s"
                .formatted(
                        type, flags, Long.toUnsignedString(offset), Long.toUnsignedString(length));
    }
}
