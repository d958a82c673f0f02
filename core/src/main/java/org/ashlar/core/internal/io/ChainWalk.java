package org.ashlar.core.internal.io;

import java.io.IOException;
import java.util.Optional;
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

    ChainWalk(CoreRequest request, EdgeIo io, Optional<String> base) {
        this.request = request;
        this.io = io;
        this.base = base;
    }

    /**
     * Describes the extent at {@code offset} below {@code top}; the range lies within the node that
     * it leads to.
     */
    ChainExtent at(EdgeKey top, long offset, long maxLength) throws IOException {
        NodeState layer = request.follow(top);
        long length = maxLength;
        int depth = 0;
        while (true) {
            if (base.isPresent() && base.get().equals(layer.name())) {
                return zero(length, depth, false);
            }
            if (layer.isFilter()) {
                layer = request.follow(below(layer, ChildRole.FILTERED));
                continue;
            }
            long changes = layer.node.maps().changes();
            Extent extent = io.extentAt(request, layer, offset, length);
            length = extent.length();
            if (!(extent instanceof Extent.Unallocated)) {
                return unlessMoved(layer, changes, decided(layer, extent, offset, depth));
            }
            EdgeKey backing = backing(layer);
            NodeState next = backing == null ? null : request.follow(backing);
            if (next == null) {
                return zero(length, depth, false);
            }
            long rest = next.face.length(request) - offset;
            if (rest <= 0) {
                return zero(length, depth, isAboveBase(next));
            }
            length = Math.min(length, rest);
            layer = next;
            depth++;
        }
    }

    /**
     * Past the end of a layer that is to go, the zeroes are that layer's: what lies below may show
     * through without it.
     */
    private boolean isAboveBase(NodeState layer) {
        return base.isPresent() && !base.get().equals(layer.name());
    }

    private static ChainExtent zero(long length, int depth, boolean allocated) {
        return new ChainExtent(length, depth, allocated, false, true, Optional.empty());
    }

    private ChainExtent decided(NodeState layer, Extent extent, long offset, int depth)
            throws IOException {
        return switch (extent) {
            case Extent.Data data ->
                    stored(data.length(), depth, new Location(layer.name(), offset), false, true);
            case Extent.Opaque opaque ->
                    new ChainExtent(opaque.length(), depth, true, true, false, Optional.empty());
            case Extent.Zero zero ->
                    zero(zero.length(), depth, zero.allocated() || !hasBacking(layer));
            case Extent.Mapped mapped ->
                    mapped(mapped, depth, layer.capabilities.clusterSize() > 1);
            case Extent.Unallocated _ -> throw new IllegalStateException("not decided");
        };
    }

    /**
     * Follows bytes that lie unchanged in a child, which may know that they are a hole: of a layer
     * that allocates by itself they are data all the same.
     */
    private ChainExtent mapped(Extent.Mapped mapped, int depth, boolean allocates)
            throws IOException {
        NodeState holder = request.follow(EdgeHandle.keyOf(mapped.child()));
        long offset = mapped.childOffset();
        Location here = new Location(holder.name(), offset);
        long rest = holder.face.length(request) - offset;
        if (rest <= 0) {
            return stored(mapped.length(), depth, here, true, allocates);
        }
        long changes = holder.node.maps().changes();
        Extent extent = io.extentAt(request, holder, offset, Math.min(mapped.length(), rest));
        if (extent instanceof Extent.Mapped further) {
            return unlessMoved(holder, changes, mapped(further, depth, allocates));
        }
        return stored(extent.length(), depth, here, extent instanceof Extent.Zero, allocates);
    }

    /**
     * A hole that was found where a layer said that its bytes lay is theirs only if its mapping has
     * not changed since: it may have been given up, and the place is another's.
     */
    private static ChainExtent unlessMoved(NodeState layer, long changes, ChainExtent found) {
        boolean moved = found.location().isPresent() && layer.node.maps().changes() != changes;
        return moved
                ? stored(found.length(), found.depth(), found.location().get(), false, true)
                : found;
    }

    private static ChainExtent stored(
            long length, int depth, Location where, boolean zero, boolean data) {
        return new ChainExtent(length, depth, true, data || !zero, zero, Optional.of(where));
    }

    private boolean hasBacking(NodeState layer) {
        return backing(layer) != null;
    }

    private static @Nullable EdgeKey backing(NodeState layer) {
        for (EdgeState edge : layer.edges()) {
            if (edge.key().role() == ChildRole.BACKING) {
                return edge.key();
            }
        }
        return null;
    }

    private static EdgeKey below(NodeState layer, ChildRole role) {
        for (EdgeState edge : layer.edges()) {
            if (edge.key().role() == role) {
                return edge.key();
            }
        }
        throw new IllegalStateException("node '" + layer.name() + "' has no " + role + " child");
    }
}
