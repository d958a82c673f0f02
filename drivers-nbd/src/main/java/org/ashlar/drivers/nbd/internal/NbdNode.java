package org.ashlar.drivers.nbd.internal;

import static org.ashlar.spi.IoFlags.FUA;
import static org.ashlar.spi.IoFlags.MAY_UNMAP;
import static org.ashlar.spi.IoFlags.NO_FALLBACK;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import org.ashlar.drivers.nbd.internal.Export.Replies;
import org.ashlar.drivers.nbd.internal.Pending.Status;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Face;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;

/** Shows an export of a server. Immutable by itself; what changes is the link's. */
final class NbdNode implements BlockNode {
    /** How much one command without data may cover where its length has 32 bits. */
    private static final long COMPACT_MOST = 1L << 30;

    private final Link link;
    private final NbdOptions options;

    NbdNode(Link link, NbdOptions options) {
        this.link = link;
        this.options = options;
    }

    @Override
    public long length(Request request) {
        return link.export().length();
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return link.export().capabilities();
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        if (into.byteSize() > 0) {
            Command command = Command.of(Protocol.CMD_READ, 0, offset, into.byteSize());
            link.execute(request, command, Optional.of(into));
        }
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        if (from.byteSize() > 0) {
            execute(request, Command.write(fuaOf(flags), offset, from));
        }
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        int fast = 0;
        if (flags.has(NO_FALLBACK)) {
            if (!link.export().has(Protocol.TRANSMIT_FAST_ZERO)) {
                throw BlockException.unsupported("zeroing without writing");
            }
            fast = Protocol.CMD_FLAG_FAST_ZERO;
        }
        int hole = flags.has(MAY_UNMAP) ? 0 : Protocol.CMD_FLAG_NO_HOLE;
        cover(request, Protocol.CMD_WRITE_ZEROES, fuaOf(flags) | hole | fast, offset, length);
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        cover(request, Protocol.CMD_TRIM, 0, offset, length);
    }

    private static int fuaOf(IoFlags flags) {
        return flags.has(FUA) ? Protocol.CMD_FLAG_FUA : 0;
    }

    private void cover(Request request, int type, int flags, long offset, long length)
            throws IOException {
        long end = offset + length;
        for (long at = offset; at < end; at += commandMost()) {
            long count = Math.min(commandMost(), end - at);
            execute(request, Command.of(type, flags, at, count));
        }
    }

    private long commandMost() {
        return link.export().replies() == Replies.EXTENDED ? Long.MAX_VALUE >> 1 : COMPACT_MOST;
    }

    @Override
    public void flush(Request request) throws IOException {
        if (link.export().has(Protocol.TRANSMIT_FLUSH)) {
            execute(request, Command.of(Protocol.CMD_FLUSH, 0, 0, 0));
        }
    }

    private Optional<Status> execute(Request request, Command command) throws IOException {
        return link.execute(request, command, Optional.empty());
    }

    /**
     * Asks the server, if it tells; otherwise all is data. With a context other than {@code
     * base:allocation} the bits of that context's answer are read as if they were of this one, as
     * the reference does: a dirty bitmap's dirty ranges show as not allocated.
     */
    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        long length = Math.min(maxLength, link.export().length() - offset);
        if (link.export().context().isEmpty()) {
            return new Extent.Data(length);
        }
        long asked = Math.min(length, commandMost());
        Optional<Status> answer =
                execute(
                        request,
                        Command.of(
                                Protocol.CMD_BLOCK_STATUS,
                                Protocol.CMD_FLAG_REQ_ONE,
                                offset,
                                asked));
        return answer.map(status -> extent(status, length))
                .orElseGet(() -> new Extent.Data(length));
    }

    private Extent extent(Status status, long most) {
        int unit = link.export().blocks().least();
        long length = Math.min(status.length(), most);
        boolean ragged = length < most && length % unit != 0;
        if (ragged && length < unit) {
            return new Extent.Data(Math.min(unit, most));
        }
        long run = ragged ? length / unit * unit : length;
        boolean hole = (status.flags() & Protocol.STATE_HOLE) != 0;
        boolean zero = (status.flags() & Protocol.STATE_ZERO) != 0;
        if (zero) {
            return new Extent.Zero(run, !hole);
        }
        boolean allocation = options.context().equals(NbdOptions.BASE_ALLOCATION);
        // A hole of this context that does not read as zeroes has content that must be read.
        return hole && !allocation ? new Extent.Unallocated(run) : new Extent.Data(run);
    }

    /** Serves on with other settings over the same connection. */
    @Override
    public Face prepareReopen(ReopenRequest request) throws IOException {
        NbdDriver.checkWritable(link.export(), request.settings(), options);
        return new Face(new NbdNode(link.share(), options), true);
    }

    @Override
    public void close() {
        link.close();
    }
}
