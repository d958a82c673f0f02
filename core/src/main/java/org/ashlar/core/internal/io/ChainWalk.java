package org.ashlar.core.internal.io;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.core.internal.chain.MergedMap.Entry;
import org.ashlar.core.internal.graph.EdgeHandle;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.ChainExtent.Location;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.jspecify.annotations.Nullable;

/**
 * Follows a range down a chain of overlays until a layer decides what it reads as. Confined to one
 * call.
 */
final class ChainWalk {
    private final CoreRequest request;
    private final EdgeIo io;
    private final Optional<String> base;
    private final long offset;

    /** How far what was found so far counts, and above how many layers. */
    private long length;

    private int depth;

    ChainWalk(CoreRequest request, EdgeIo io, Optional<String> base, long offset) {
        this.request = request;
        this.io = io;
        this.base = base;
        this.offset = offset;
    }

    /**
     * Describes the extent below {@code top}, of {@code maxLength} bytes at most; they lie within
     * the node that it leads to.
     */
    ChainExtent from(EdgeKey top, long maxLength) throws IOException {
        length = maxLength;
        NodeState layer = decidingIn(request.follow(top));
        while (layer != null) {
            if (base.isPresent() && base.get().equals(layer.name())) {
                return zero(false, Optional.empty());
            }
            if (layer.isFilter()) {
                layer = decidingIn(request.follow(filtered(layer)));
                continue;
            }
            long changes = layer.node.maps().changes();
            Extent extent = io.extentAt(request, layer, offset, length);
            length = extent.length();
            if (extent instanceof Extent.Zero zero) {
                boolean allocated = zero.allocated() || layer.chain.backing() == null;
                return zero(allocated, zero.place());
            }
            if (!(extent instanceof Extent.Unallocated unallocated)) {
                return unlessMoved(layer, changes, decided(layer, extent));
            }
            EdgeKey backing = layer.chain.backing();
            NodeState next = backing == null ? null : request.follow(backing);
            if (next == null) {
                return zero(false, unallocated.place());
            }
            if (!reaches(next, 1)) {
                return zero(isAboveBase(next), Optional.empty());
            }
            layer = next;
        }
        return zero(false, Optional.empty());
    }

    /**
     * Returns the layer that decides in the chain below {@code head}, or the first one to ask; null
     * if it is too short to say anything. Where a base was named it must be come by.
     */
    private @Nullable NodeState decidingIn(NodeState head) throws IOException {
        if (!head.longChain || base.isPresent()) {
            return head;
        }
        Entry entry = io.layerAt(request, head, offset, offset + length);
        length = entry.end() - offset;
        if (entry.way() == null) {
            return head;
        }
        NodeState layer = request.follow(entry.way());
        return reaches(layer, entry.depth()) ? layer : null;
    }

    /** Goes down so many layers, unless the one there ends above what is asked for. */
    private boolean reaches(NodeState layer, int down) throws IOException {
        long rest = layer.face.length(request) - offset;
        depth += rest > 0 ? down : down - 1;
        length = rest > 0 ? Math.min(length, rest) : length;
        return rest > 0;
    }

    /**
     * Past the end of a layer that is to go, the zeroes are that layer's: what lies below may show
     * through without it.
     */
    private boolean isAboveBase(NodeState layer) {
        return base.isPresent() && !base.get().equals(layer.name());
    }

    private ChainExtent zero(boolean allocated, Optional<Extent.Place> aside) throws IOException {
        Optional<Location> where = Optional.empty();
        if (aside.isPresent()) {
            NodeState holder = request.follow(EdgeHandle.keyOf(aside.get().child()));
            where = Optional.of(new Location(holder.name(), aside.get().offset()));
        }
        return new ChainExtent(length, depth, allocated, false, true, where);
    }

    private ChainExtent decided(NodeState layer, Extent extent) throws IOException {
        return switch (extent) {
            case Extent.Data data ->
                    stored(data.length(), new Location(layer.name(), offset), false, true);
            case Extent.Opaque opaque ->
                    new ChainExtent(opaque.length(), depth, true, true, false, Optional.empty());
            case Extent.Mapped mapped -> mapped(mapped, layer.capabilities.clusterSize() > 1);
            case Extent.Zero _, Extent.Unallocated _ ->
                    throw new IllegalStateException("not decided here");
        };
    }

    /**
     * Follows bytes that lie unchanged in a child, which may know that they are a hole: of a layer
     * that allocates by itself they are data all the same.
     */
    private ChainExtent mapped(Extent.Mapped mapped, boolean allocates) throws IOException {
        NodeState holder = request.follow(EdgeHandle.keyOf(mapped.child()));
        long there = mapped.childOffset();
        Location here = new Location(holder.name(), there);
        long rest = holder.face.length(request) - there;
        if (rest <= 0) {
            return stored(mapped.length(), here, true, allocates);
        }
        long changes = holder.node.maps().changes();
        Extent extent = io.extentAt(request, holder, there, Math.min(mapped.length(), rest));
        if (extent instanceof Extent.Mapped further) {
            return unlessMoved(holder, changes, mapped(further, allocates));
        }
        return stored(extent.length(), here, extent instanceof Extent.Zero, allocates);
    }

    /**
     * A hole that was found where a layer said that its bytes lay is theirs only if its mapping has
     * not changed since: it may have been given up, and the place is another's.
     */
    private ChainExtent unlessMoved(NodeState layer, long changes, ChainExtent found) {
        boolean moved = found.location().isPresent() && layer.node.maps().changes() != changes;
        return moved ? stored(found.length(), found.location().get(), false, true) : found;
    }

    private ChainExtent stored(long bytes, Location where, boolean zero, boolean data) {
        return new ChainExtent(bytes, depth, true, data || !zero, zero, Optional.of(where));
    }

    private static EdgeKey filtered(NodeState filter) {
        for (EdgeState edge : filter.edges()) {
            if (edge.key().role() == ChildRole.FILTERED) {
                return edge.key();
            }
        }
        throw new IllegalStateException("filter '" + filter.name() + "' has no filtered child");
    }
}
