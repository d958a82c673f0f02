package org.ashlar.exports.nbd.internal.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Encodes replies, sections "Simple reply message", "Structured reply chunk message" and "Extended
 * reply chunk message", at a buffer's position. Immutable.
 */
final class Replies {

    /** Room for any reply without data: a header and an error with the longest message kept. */
    static final int MAX_SHORT = 512;

    private static final int MAX_MESSAGE = 256;

    private final Mode mode;

    Replies(Mode mode) {
        this.mode = mode;
    }

    Mode mode() {
        return mode;
    }

    /** Says that a request without data has succeeded, or a read that sent all its chunks. */
    void success(ByteBuffer out, RequestHeader request) {
        // A simple reply may answer all but reads where replies are structured.
        if (mode == Mode.EXTENDED || (mode == Mode.STRUCTURED && request.type() == Wire.CMD_READ)) {
            chunk(out, request, Wire.CHUNK_NONE, Wire.REPLY_DONE, 0);
        } else {
            simple(out, request, 0);
        }
    }

    /** Says that a request has failed; the message is left out of simple replies. */
    void error(ByteBuffer out, RequestHeader request, int error, String message) {
        if (mode == Mode.SIMPLE) {
            simple(out, request, error);
            return;
        }
        byte[] text = encode(message);
        chunk(out, request, Wire.CHUNK_ERROR, Wire.REPLY_DONE, 6 + text.length);
        out.putInt(error).putShort((short) text.length).put(text);
    }

    /**
     * Begins the reply to a read whose {@code length} bytes, from {@code offset}, follow at once.
     *
     * @param flags {@link Wire#REPLY_DONE} for the only or last chunk
     */
    void data(ByteBuffer out, RequestHeader request, long offset, long length, int flags) {
        if (mode == Mode.SIMPLE) {
            simple(out, request, 0);
        } else {
            chunk(out, request, Wire.CHUNK_OFFSET_DATA, flags, Long.BYTES + length);
            out.putLong(offset);
        }
    }

    /** Says that a range of a read is zeroes; never in simple mode. */
    void hole(ByteBuffer out, RequestHeader request, long offset, long length, int flags) {
        chunk(out, request, Wire.CHUNK_OFFSET_HOLE, flags, Long.BYTES + Integer.BYTES);
        out.putLong(offset).putInt((int) length);
    }

    /** Encodes the header of a chunk with {@code payload} bytes. */
    void chunk(ByteBuffer out, RequestHeader request, int type, int flags, long payload) {
        boolean extended = mode == Mode.EXTENDED;
        out.putInt(extended ? Wire.EXTENDED_REPLY_MAGIC : Wire.STRUCTURED_REPLY_MAGIC);
        out.putShort((short) flags).putShort((short) type).putLong(request.cookie());
        if (extended) {
            out.putLong(request.offset()).putLong(payload);
        } else {
            out.putInt((int) payload);
        }
    }

    private static void simple(ByteBuffer out, RequestHeader request, int error) {
        out.putInt(Wire.SIMPLE_REPLY_MAGIC).putInt(error).putLong(request.cookie());
    }

    /** Cuts a message at a character's end, so that what is sent is UTF-8. */
    private static byte[] encode(String message) {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_MESSAGE);
        String clean = message.replace('\0', ' ');
        StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(clean), bytes, true);
        byte[] text = new byte[bytes.position()];
        bytes.flip().get(text);
        return text;
    }
}
