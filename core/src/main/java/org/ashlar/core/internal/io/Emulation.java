package org.ashlar.core.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.IoFlags;

/**
 * Does with aligned reads and writes what a node does not do by itself; the caller has the turn and
 * the range. Thread-safe; immutable.
 */
final class Emulation {
    /** The longest buffer that is filled at once, in bytes. */
    static final int BOUNCE = 1 << 20;

    private final Buffers buffers;

    Emulation(Buffers buffers) {
        this.buffers = buffers;
    }

    /** Reads whole blocks and copies what was asked for. */
    void readUnaligned(CoreRequest request, NodeState node, long offset, MemorySegment into)
            throws IOException {
        long length = into.byteSize();
        for (long done = 0; done < length; ) {
            long at = offset + done;
            long from = at & ~node.alignMask;
            long chunk = Math.min(length - done, step(node) - (at - from));
            long to = at + chunk + node.alignMask & ~node.alignMask;
            try (Buffers.Buffer block = buffers.acquire(to - from)) {
                node.face.read(request, from, block.segment());
                MemorySegment.copy(block.segment(), at - from, into, done, chunk);
            }
            done += chunk;
        }
    }

    /**
     * Writes any range: whole blocks as they are, the blocks at its ends by reading, changing and
     * writing them.
     */
    void write(CoreRequest request, NodeState node, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        long end = offset + from.byteSize();
        for (long at = offset; at < end; ) {
            long done = at - offset;
            long inBlock = at & node.alignMask;
            if (inBlock != 0 || end - at <= node.alignMask) {
                long chunk = Math.min(end - at, node.alignMask + 1 - inBlock);
                patch(request, node, at, from.asSlice(done, chunk), flags);
                at += chunk;
            } else {
                long chunk = Math.min(end - at & ~node.alignMask, node.maxTransfer);
                node.face.write(request, at, from.asSlice(done, chunk), flags);
                at += chunk;
            }
        }
    }

    private void patch(
            CoreRequest request, NodeState node, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        long start = offset & ~node.alignMask;
        try (Buffers.Buffer block = buffers.acquire(node.alignMask + 1)) {
            node.face.read(request, start, block.segment());
            MemorySegment.copy(from, 0, block.segment(), offset - start, from.byteSize());
            node.face.write(request, start, block.segment(), flags);
        }
    }

    /**
     * Makes any range read as zeroes: whole blocks by the node itself if it can, the rest by
     * writing. The whole blocks come first: a node that refuses them has had nothing changed.
     */
    void zero(CoreRequest request, NodeState node, long offset, long length, IoFlags flags)
            throws IOException {
        long end = offset + length;
        long from = offset + node.alignMask & ~node.alignMask;
        long to = end & ~node.alignMask;
        if (from >= to) {
            writeZeroes(request, node, offset, length, flags);
            return;
        }
        if (node.capabilities.has(Feature.ZERO)) {
            node.face.zero(request, from, to - from, flags);
        } else {
            writeZeroes(request, node, from, to - from, flags);
        }
        writeZeroes(request, node, offset, from - offset, flags);
        writeZeroes(request, node, to, end - to, flags);
    }

    private void writeZeroes(
            CoreRequest request, NodeState node, long offset, long length, IoFlags flags)
            throws IOException {
        if (length == 0) {
            return;
        }
        if (flags.has(IoFlags.NO_FALLBACK) && length > node.alignMask) {
            throw BlockException.unsupported("node '%s': fast zeroing".formatted(node.name()));
        }
        IoFlags plain = flags.without(IoFlags.MAY_UNMAP).without(IoFlags.NO_FALLBACK);
        try (Buffers.Buffer zeroes = buffers.acquire(Math.min(length, BOUNCE))) {
            zeroes.segment().fill((byte) 0);
            for (long done = 0; done < length; done += BOUNCE) {
                long chunk = Math.min(length - done, BOUNCE);
                write(request, node, offset + done, zeroes.segment().asSlice(0, chunk), plain);
            }
        }
    }

    private static long step(NodeState node) {
        return Math.max(node.alignMask + 1, Math.min(BOUNCE, node.maxTransfer) & ~node.alignMask);
    }
}
