package org.ashlar.drivers.nbd.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ashlar.drivers.nbd.internal.Export.Replies;

/**
 * A request as it goes over the wire, less the number that finds its reply. Immutable.
 *
 * @param type of {@link Protocol}'s commands
 * @param flags of the command
 * @param offset in bytes
 * @param length in bytes
 * @param payload what is written
 */
record Command(int type, int flags, long offset, long length, Optional<MemorySegment> payload) {
    private static final int HEADER = 28;
    private static final int EXTENDED_HEADER = 32;

    static Command of(int type, int flags, long offset, long length) {
        return new Command(type, flags, offset, length, Optional.empty());
    }

    static Command write(int flags, long offset, MemorySegment from) {
        return new Command(Protocol.CMD_WRITE, flags, offset, from.byteSize(), Optional.of(from));
    }

    boolean isRead() {
        return type == Protocol.CMD_READ;
    }

    /** Returns whether it changes what the server stores. */
    boolean isChange() {
        return type == Protocol.CMD_WRITE
                || type == Protocol.CMD_WRITE_ZEROES
                || type == Protocol.CMD_TRIM;
    }

    /** Returns the header, ready to be written. */
    ByteBuffer header(Replies replies, long cookie) {
        boolean extended = replies == Replies.EXTENDED;
        boolean withLength = extended && type == Protocol.CMD_WRITE;
        ByteBuffer header = ByteBuffer.allocate(extended ? EXTENDED_HEADER : HEADER);
        header.putInt(extended ? Protocol.EXTENDED_REQUEST_MAGIC : Protocol.REQUEST_MAGIC)
                .putShort((short) (flags | (withLength ? Protocol.CMD_FLAG_PAYLOAD_LEN : 0)))
                .putShort((short) type)
                .putLong(cookie)
                .putLong(offset);
        if (extended) {
            header.putLong(length);
        } else {
            header.putInt((int) length);
        }
        return header.flip();
    }

    @Override
    public String toString() {
        return Protocol.nameOf(type) + " at " + offset + "+" + length;
    }
}
