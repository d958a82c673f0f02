package org.ashlar.drivers.nbd.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.LongFunction;
import org.ashlar.drivers.nbd.internal.Export.Replies;
import org.ashlar.drivers.nbd.internal.Pending.Status;
import org.ashlar.spi.BlockException;
import org.jspecify.annotations.Nullable;

/**
 * Reads replies and chunks of replies and hands them to the commands that they answer. Confined to
 * the connection's reader. Whatever a server sends, it reads no more than the protocol allows into
 * memory and touches nothing outside of a command's own range.
 */
final class ReplyReader {
    private static final long TEXT_MOST = 1 << 16;
    private static final long STATUS_MOST = 1 << 22;
    private static final int EXTENT = 8;
    private static final int EXTENDED_EXTENT = 16;

    private final Wire wire;
    private final Export export;
    private final LongFunction<@Nullable Pending> commands;

    /** Makes a reader that finds commands by cookie. */
    ReplyReader(Wire wire, Export export, LongFunction<@Nullable Pending> commands) {
        this.wire = wire;
        this.export = export;
        this.commands = commands;
    }

    /** What was read: the command's cookie, if with this its reply is complete. Immutable. */
    record Step(long cookie, boolean last) {}

    /** Reads one reply or chunk. */
    Step next() throws IOException {
        int magic = wire.i32();
        return switch (magic) {
            case Protocol.SIMPLE_REPLY_MAGIC -> simple();
            case Protocol.STRUCTURED_REPLY_MAGIC -> chunk(Replies.STRUCTURED);
            case Protocol.EXTENDED_REPLY_MAGIC -> chunk(Replies.EXTENDED);
            default -> throw new MalformedException("bad magic of a reply: %08x".formatted(magic));
        };
    }

    private Pending find(long cookie) throws MalformedException {
        Pending found = commands.apply(cookie);
        if (found == null) {
            throw new MalformedException("a reply to no request");
        }
        return found;
    }

    private Step simple() throws IOException {
        int error = wire.i32();
        long cookie = wire.i64();
        Pending pending = find(cookie);
        boolean structuredOnly =
                pending.command().isRead() || pending.command().type() == Protocol.CMD_BLOCK_STATUS;
        boolean wrong =
                switch (export.replies()) {
                    case SIMPLE -> false;
                    case STRUCTURED -> error == 0 && structuredOnly;
                    case EXTENDED -> true;
                };
        if (wrong) {
            throw new MalformedException("a simple reply where none is allowed");
        }
        if (error != 0) {
            pending.error(failure(pending, error, ""));
        } else if (pending.command().isRead()) {
            data(pending, 0, pending.command().length());
        }
        pending.complete();
        return new Step(cookie, true);
    }

    private Step chunk(Replies style) throws IOException {
        int flags = wire.u16();
        int type = wire.u16();
        long cookie = wire.i64();
        long length;
        if (style == Replies.EXTENDED) {
            wire.i64(); // the request's offset again
            length = wire.i64();
        } else {
            length = wire.u32();
        }
        if (style != export.replies() || length < 0) {
            throw new MalformedException("a kind of reply that was not agreed on");
        }
        Pending pending = find(cookie);
        content(pending, type, length);
        boolean last = (flags & Protocol.REPLY_FLAG_DONE) != 0;
        if (last) {
            pending.complete();
        } else if (type == Protocol.REPLY_NONE) {
            throw new MalformedException("an empty chunk that is not the last");
        }
        return new Step(cookie, last);
    }

    private void content(Pending pending, int type, long length) throws IOException {
        switch (type) {
            case Protocol.REPLY_NONE -> check(length == 0, type, length);
            case Protocol.REPLY_OFFSET_DATA -> {
                check(length > Long.BYTES, type, length);
                data(pending, offsetIn(pending), length - Long.BYTES);
            }
            case Protocol.REPLY_OFFSET_HOLE -> {
                check(length == Long.BYTES + Integer.BYTES, type, length);
                long offset = offsetIn(pending);
                long hole = wire.u32();
                pending.expect(offset, hole);
                pending.hole(offset, hole);
            }
            case Protocol.REPLY_BLOCK_STATUS -> {
                check(export.replies() == Replies.STRUCTURED, type, length);
                status(pending, type, length);
            }
            case Protocol.REPLY_BLOCK_STATUS_EXT -> {
                check(export.replies() == Replies.EXTENDED, type, length);
                status(pending, type, length);
            }
            default -> {
                check((type & Protocol.REPLY_IS_ERROR) != 0, type, length);
                error(pending, type, length);
            }
        }
    }

    private static void check(boolean right, int type, long length) throws MalformedException {
        if (!right) {
            throw new MalformedException("a chunk of type %d and %d bytes".formatted(type, length));
        }
    }

    private long offsetIn(Pending pending) throws IOException {
        return wire.i64() - pending.command().offset();
    }

    private void data(Pending pending, long offset, long length) throws IOException {
        pending.expect(offset, length);
        long[] at = {offset};
        wire.read(
                length,
                part -> {
                    int count = part.remaining();
                    pending.data(at[0], part);
                    at[0] += count;
                });
    }

    /** Reads a list of extents, of which only the first is of interest: one was asked for. */
    private void status(Pending pending, int type, long length) throws IOException {
        boolean extended = type == Protocol.REPLY_BLOCK_STATUS_EXT;
        int head = extended ? 2 * Integer.BYTES : Integer.BYTES;
        int extent = extended ? EXTENDED_EXTENT : EXTENT;
        boolean sized = length >= head + extent && (length - head) % extent == 0;
        check(sized && length <= STATUS_MOST, type, length);
        int context = wire.i32();
        if (!Optional.of(context).equals(export.context())) {
            throw new MalformedException("a metadata context that was not agreed on");
        }
        if (extended) {
            long count = wire.u32();
            check(count == (length - head) / extent, type, length);
        }
        long run = extended ? wire.i64() : wire.u32();
        long flags = extended ? wire.i64() : wire.u32();
        wire.skip(length - head - extent);
        if (run <= 0) {
            throw new MalformedException("an extent of " + run + " bytes");
        }
        pending.status(new Status(run, flags));
    }

    private void error(Pending pending, int type, long length) throws IOException {
        int head = Integer.BYTES + Short.BYTES;
        check(length >= head && length <= TEXT_MOST, type, length);
        int error = wire.i32();
        int text = wire.u16();
        check(text <= length - head && error != 0, type, length);
        String told = new String(wire.bytes(text), StandardCharsets.UTF_8);
        wire.skip(length - head - text);
        pending.error(failure(pending, error, told.replaceAll("[^\\P{C}]", "?")));
    }

    private static BlockException failure(Pending pending, int error, String told) {
        String reason = Protocol.textOf(error) + (told.isEmpty() ? "" : " (" + told + ")");
        return new BlockException(
                Protocol.kindOf(error), reason + ": " + pending.command() + " of an nbd export");
    }
}
