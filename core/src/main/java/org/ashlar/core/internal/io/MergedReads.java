package org.ashlar.core.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.ashlar.core.internal.chain.MergedMap;
import org.ashlar.core.internal.chain.MergedMap.Entry;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Extent;
import org.jspecify.annotations.Nullable;

/**
 * Leads to the layer of a long chain that decides, which the chain's merged map remembers: the
 * layers above it, which store nothing there, are not gone through. Thread-safe; immutable.
 */
final class MergedReads {
    private static final long LEAST_GRANULE = 4 << 10;
    private static final long MOST_GRANULE = 2 << 20;

    private final EdgeIo io;

    MergedReads(EdgeIo io) {
        this.io = io;
    }

    /** Fills {@code into} from a chain that is long. */
    void read(CoreRequest request, NodeState top, long offset, MemorySegment into)
            throws IOException {
        MergedMap map = mapOf(request, top);
        Entry entry = map.find(offset);
        long length = into.byteSize();
        if (entry != null && length <= map.endOf(entry, offset) - offset) {
            readAt(request, top, entry.way(), offset, into);
        } else {
            readPieces(request, top, map, offset, into);
        }
    }

    private static MergedMap mapOf(CoreRequest request, NodeState top) throws IOException {
        MergedMap map = top.chain.map();
        return map != null
                ? map
                : top.chain.mapFor(granule(request, top), top.face.length(request));
    }

    /**
     * Returns which layer of a chain that is long decides, from {@code offset} on up to {@code end}
     * at most. What is not known is asked for in one go, however long: most of a large disk may be
     * empty.
     */
    Entry layerAt(CoreRequest request, NodeState top, long offset, long end) throws IOException {
        MergedMap map = mapOf(request, top);
        Entry entry = map.find(offset);
        if (entry == null) {
            long generation = map.generation(offset);
            Entry answer = walk(request, top, offset, end);
            map.insert(answer.until(map.endOfBlock(offset)), generation);
            return answer;
        }
        EdgeKey way = entry.way();
        int depth = entry.depth();
        long at = offset;
        do {
            at = map.endOf(entry, at);
            entry = at < end ? map.find(at) : null;
        } while (entry != null && Objects.equals(entry.way(), way));
        return new Entry(offset, Math.min(at, end), way, depth);
    }

    /** Returns the smallest unit in which a layer stores or does not store. */
    private static long granule(CoreRequest request, NodeState top) throws BlockException {
        long least = MOST_GRANULE;
        NodeState layer = top;
        for (EdgeKey way = top.chain.backing(); way != null; way = layer.chain.backing()) {
            least = Math.min(least, Long.highestOneBit(layer.capabilities.clusterSize()));
            layer = request.follow(way);
        }
        return Math.max(least, LEAST_GRANULE);
    }

    /** Reads piece by piece, each as far as one layer decides. */
    private void readPieces(
            CoreRequest request, NodeState top, MergedMap map, long offset, MemorySegment into)
            throws IOException {
        long end = offset + into.byteSize();
        for (long at = offset; at < end; ) {
            long from = at;
            Entry entry = decide(request, top, map, from);
            EdgeKey way = entry.way();
            do {
                at = map.endOf(entry, at);
                entry = at < end ? decide(request, top, map, at) : entry;
            } while (at < end && Objects.equals(entry.way(), way));
            at = Math.min(at, end);
            readAt(request, top, way, from, into.asSlice(from - offset, at - from));
        }
    }

    private void readAt(
            CoreRequest request,
            NodeState top,
            @Nullable EdgeKey way,
            long offset,
            MemorySegment into)
            throws IOException {
        if (way == null) {
            io.readHere(request, top, offset, into);
            return;
        }
        NodeState layer = request.follow(way);
        long length = into.byteSize();
        long there = Math.clamp(layer.face.length(request) - offset, 0, length);
        if (there == length) {
            io.readHere(request, layer, offset, into);
            return;
        }
        // Past the end of a layer that is shorter than those above it.
        if (there > 0) {
            io.readHere(request, layer, offset, into.asSlice(0, there));
        }
        into.asSlice(there).fill((byte) 0);
    }

    private Entry decide(CoreRequest request, NodeState top, MergedMap map, long offset)
            throws IOException {
        Entry known = map.find(offset);
        if (known != null) {
            return known;
        }
        Entry asked = ask(request, top, map, map.startOfGranule(offset));
        return asked.covers(offset) ? asked : ask(request, top, map, offset);
    }

    /** Asks one layer after another from {@code offset} on, and keeps the answer. */
    private Entry ask(CoreRequest request, NodeState top, MergedMap map, long offset)
            throws IOException {
        long generation = map.generation(offset);
        long length = top.face.length(request);
        if (offset >= length) {
            return new Entry(offset, Long.MAX_VALUE, null, 0); // its face says what comes of that
        }
        long end = Math.min(length, map.endOfBlock(offset));
        Entry answer = walk(request, top, offset, end);
        map.insert(answer, generation);
        return answer;
    }

    private Entry walk(CoreRequest request, NodeState top, long offset, long most)
            throws IOException {
        NodeState layer = top;
        EdgeKey way = null;
        int depth = 0;
        long end = most;
        for (EdgeKey below = layer.chain.backing(); below != null; below = layer.chain.backing()) {
            Extent extent = extentAt(request, layer, offset, end - offset);
            end = offset + extent.length();
            if (!(extent instanceof Extent.Unallocated)) {
                break;
            }
            way = below;
            depth++;
            layer = request.follow(below);
            long rest = layer.face.length(request) - offset;
            if (rest <= 0) {
                break;
            }
            if (layer.chain.backing() != null) {
                end = Math.min(end, offset + rest);
            }
        }
        return new Entry(offset, end, way, depth);
    }

    /** What cannot be told is that layer's to decide: its face reads, or fails in its own words. */
    private Extent extentAt(CoreRequest request, NodeState layer, long offset, long maxLength)
            throws IOException {
        try {
            return io.extentAt(request, layer, offset, maxLength);
        } catch (BlockException failed) {
            if (failed.kind() == Kind.WOULD_BLOCK) {
                throw failed;
            }
            return new Extent.Opaque(maxLength);
        }
    }
}
