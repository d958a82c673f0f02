package org.ashlar.core.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.core.internal.chain.MergedMap.Entry;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings.DetectZeroes;
import org.ashlar.spi.Preallocation;

/**
 * The way of a request into a node: what the node can do as it is goes straight to its face; the
 * rest is split, aligned, emulated or refused. Thread-safe; immutable.
 */
public final class EdgeIo {
    private final Buffers buffers;
    private final FormatGuard guard;
    private final Emulation emulation;
    private final MergedReads merged = new MergedReads(this);

    public EdgeIo(Buffers buffers, FormatGuard guard) {
        this.buffers = buffers;
        this.guard = guard;
        this.emulation = new Emulation(buffers);
    }

    /** Fills {@code into} from a node, whatever the node asks of offsets and lengths. */
    public void read(CoreRequest request, NodeState node, long offset, MemorySegment into)
            throws IOException {
        if (node.longChain) {
            merged.read(request, node, offset, into);
        } else {
            readHere(request, node, offset, into);
        }
    }

    /** Fills {@code into} through the face of a node, whatever lies below it. */
    void readHere(CoreRequest request, NodeState node, long offset, MemorySegment into)
            throws IOException {
        long length = into.byteSize();
        if (node.parallel
                && isWhole(node, offset, length)
                && (node.nonBlocking || !request.mustNotBlock())) {
            node.face.read(request, offset, into);
            return;
        }
        enter(request, node);
        try {
            readInTurn(request, node, offset, into);
        } finally {
            leave(node);
        }
    }

    private void readInTurn(CoreRequest request, NodeState node, long offset, MemorySegment into)
            throws IOException {
        long length = into.byteSize();
        if (((offset | length) & node.alignMask) != 0) {
            emulation.readUnaligned(request, node, offset, into);
            return;
        }
        for (long at = 0; at < length; at += node.maxTransfer) {
            node.face.read(
                    request,
                    offset + at,
                    into.asSlice(at, Math.min(node.maxTransfer, length - at)));
        }
    }

    void write(CoreRequest request, NodeState node, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        boolean straight =
                node.plainWrites
                        && node.parallel
                        && from.byteSize() <= node.maxTransfer
                        && (node.nonBlocking || !request.mustNotBlock())
                        && (node.fua || !flags.has(IoFlags.FUA));
        if (straight) {
            node.face.write(request, offset, from, flags);
            return;
        }
        requireWritable(node);
        DetectZeroes detect = node.settings().detectZeroes();
        if (detect != DetectZeroes.OFF && !flags.has(IoFlags.POPULATE) && Zeroes.isZero(from)) {
            IoFlags how = detect == DetectZeroes.UNMAP ? flags.with(IoFlags.MAY_UNMAP) : flags;
            zero(request, node, offset, from.byteSize(), how.without(IoFlags.COMPRESSED));
            return;
        }
        requireOneStep(request, node, offset, from.byteSize(), flags);
        try (RangeLocks.Held _ = hold(request, node, offset, from.byteSize())) {
            writeHeld(request, node, offset, from, flags);
        }
    }

    private void writeHeld(
            CoreRequest request, NodeState node, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        enter(request, node);
        try {
            if (isGuarded(node, offset)) {
                requireStillRaw(request, node, offset, from);
            }
            IoFlags able = node.fua ? flags : flags.without(IoFlags.FUA);
            if (!node.capabilities.has(Feature.COMPRESS)) {
                able = able.without(IoFlags.COMPRESSED);
            }
            emulation.write(request, node, offset, from, able);
            flushUnlessDone(request, node, flags);
        } finally {
            leave(node);
        }
    }

    private static boolean isGuarded(NodeState node, long offset) {
        return node.traits().probed() && offset < FormatGuard.HEAD;
    }

    private void requireStillRaw(
            CoreRequest request, NodeState node, long offset, MemorySegment from)
            throws IOException {
        long length = Math.min(FormatGuard.HEAD, node.face.length(request));
        try (Buffers.Buffer head = buffers.acquire(length)) {
            emulation.readUnaligned(request, node, 0, head.segment());
            long patched = Math.min(from.byteSize(), length - offset);
            MemorySegment.copy(from, 0, head.segment(), offset, patched);
            if (guard.isFormat(head.segment())) {
                throw new BlockException(
                        Kind.NOT_PERMITTED,
                        "node '%s': a format's signature may not be written to an image that was probed as raw"
                                .formatted(node.name()));
            }
        }
    }

    private void requireStillRawZeroed(
            CoreRequest request, NodeState node, long offset, long length) throws IOException {
        try (Buffers.Buffer zeroes = buffers.acquire(Math.min(length, FormatGuard.HEAD - offset))) {
            requireStillRaw(request, node, offset, zeroes.segment().fill((byte) 0));
        }
    }

    void zero(CoreRequest request, NodeState node, long offset, long length, IoFlags flags)
            throws IOException {
        requireWritable(node);
        if (flags.has(IoFlags.NO_FALLBACK) && !node.capabilities.has(Feature.FAST_ZERO)) {
            throw BlockException.unsupported("node '%s': fast zeroing".formatted(node.name()));
        }
        requireOneStep(request, node, offset, length, flags);
        boolean pieces = !node.capabilities.has(Feature.ZERO) && length > Emulation.BOUNCE;
        if (request.mustNotBlock() && pieces) {
            throw BlockException.wouldBlock();
        }
        IoFlags able = node.fua ? flags : flags.without(IoFlags.FUA);
        if (!node.settings().unmap()) {
            able = able.without(IoFlags.MAY_UNMAP);
        }
        try (RangeLocks.Held _ = hold(request, node, offset, length)) {
            enter(request, node);
            try {
                if (isGuarded(node, offset)) {
                    requireStillRawZeroed(request, node, offset, length);
                }
                emulation.zero(request, node, offset, length, able);
                flushUnlessDone(request, node, flags);
            } finally {
                leave(node);
            }
        }
    }

    private static void flushUnlessDone(CoreRequest request, NodeState node, IoFlags flags)
            throws IOException {
        if (flags.has(IoFlags.FUA) && !node.fua) {
            node.face.flush(request);
        }
    }

    void discard(CoreRequest request, NodeState node, long offset, long length) throws IOException {
        requireWritable(node);
        long first = isGuarded(node, offset) ? FormatGuard.HEAD : offset;
        long from = first + node.alignMask & ~node.alignMask;
        long to = offset + length & ~node.alignMask;
        if (!node.capabilities.has(Feature.DISCARD) || from >= to) {
            return;
        }
        try (RangeLocks.Held _ = hold(request, node, from, to - from)) {
            enter(request, node);
            try {
                node.face.discard(request, from, to - from);
            } finally {
                leave(node);
            }
        }
    }

    void flush(CoreRequest request, NodeState node) throws IOException {
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
        enter(request, node);
        try {
            node.face.flush(request);
        } finally {
            leave(node);
        }
    }

    /** Returns which layer of a long chain decides from {@code offset} on, and how far. */
    Entry layerAt(CoreRequest request, NodeState top, long offset, long end) throws IOException {
        return merged.layerAt(request, top, offset, end);
    }

    /** Describes an extent; what a driver answers against its contract is made an error. */
    Extent extentAt(CoreRequest request, NodeState node, long offset, long maxLength)
            throws IOException {
        enter(request, node);
        try {
            Extent extent = node.face.extentAt(request, offset, maxLength);
            if (extent.length() <= 0 || extent.length() > maxLength) {
                throw new BlockException(
                        Kind.IO,
                        "node '%s': internal error: extent of %d bytes at %d, asked for %d"
                                .formatted(node.name(), extent.length(), offset, maxLength));
            }
            return extent;
        } finally {
            leave(node);
        }
    }

    void truncate(CoreRequest request, NodeState node, long newLength, Preallocation preallocation)
            throws IOException {
        if (!node.capabilities.has(Feature.RESIZE)) {
            throw BlockException.unsupported("node '%s': resize".formatted(node.name()));
        }
        if (newLength < 0) {
            throw BlockException.invalid(
                    "node '%s': a length of %d".formatted(node.name(), newLength));
        }
        enter(request, node);
        try {
            node.face.truncate(request, newLength, preallocation);
        } finally {
            node.node.maps().changed(newLength, Long.MAX_VALUE - newLength);
            leave(node);
        }
    }

    private static void requireWritable(NodeState node) throws BlockException {
        if (!node.isWritable()) {
            throw new BlockException(
                    Kind.NOT_PERMITTED, "Block node '%s' is read-only".formatted(node.name()));
        }
    }

    /**
     * Refuses, to a request that must not block, what takes several steps: the first might have had
     * its effect.
     */
    private static void requireOneStep(
            CoreRequest request, NodeState node, long offset, long length, IoFlags flags)
            throws BlockException {
        boolean one = isWhole(node, offset, length) && (node.fua || !flags.has(IoFlags.FUA));
        if (request.mustNotBlock() && !one) {
            throw BlockException.wouldBlock();
        }
    }

    private static boolean isWhole(NodeState node, long offset, long length) {
        return ((offset | length) & node.alignMask) == 0 && length <= node.maxTransfer;
    }

    /**
     * Holds the blocks of the range where a read-modify-write could meet it: of a node with an
     * alignment. An unaligned range is held alone, and so is a guarded head: two halves of a
     * signature must not pass together.
     */
    private static RangeLocks.Held hold(
            CoreRequest request, NodeState node, long offset, long length) throws BlockException {
        boolean guarded = isGuarded(node, offset);
        if (node.alignMask == 0 && !guarded) {
            return RangeLocks.NOTHING;
        }
        long from = guarded ? 0 : offset & ~node.alignMask;
        long end = guarded ? Math.max(FormatGuard.HEAD, offset + length) : offset + length;
        long to = end + node.alignMask & ~node.alignMask;
        boolean aligned = !guarded && from == offset && to == offset + length;
        return node.node.ranges().hold(request, from, to - from, aligned);
    }

    /** Takes the turn in a node that takes one request at a time. */
    private static void enter(CoreRequest request, NodeState node) throws BlockException {
        if (request.mustNotBlock() && !node.nonBlocking) {
            throw BlockException.wouldBlock();
        }
        if (node.parallel) {
            return;
        }
        if (!request.mustNotBlock()) {
            node.node.turn().acquireUninterruptibly();
        } else if (!node.node.turn().tryAcquire()) {
            throw BlockException.wouldBlock();
        }
    }

    private static void leave(NodeState node) {
        if (!node.parallel) {
            node.node.turn().release();
        }
    }
}
