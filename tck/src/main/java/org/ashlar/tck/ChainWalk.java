package org.ashlar.tck;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Request;

/**
 * Follows a range down a chain of overlays, through filters, to the layer that decides. Confined to
 * one request.
 *
 * <p>What lies past the end of a layer shorter than the one above reads as zeroes, told of with the
 * depth of the one above; where a base is given, they count as allocated, for that layer hides what
 * lies below it. What only the base could tell reads as zeroes too: as if nothing lay below.
 */
final class ChainWalk {
    private final Request request;
    private final Optional<String> base;

    ChainWalk(Request request, Optional<String> base) {
        this.request = request;
        this.base = base;
    }

    /** Describes the extent at {@code offset} of the chain that begins at {@code top}. */
    ChainExtent at(Child top, long offset, long maxLength) throws IOException {
        if (offset < 0 || offset >= top.length(request)) {
            throw BlockException.invalid(
                    "chainExtentAt " + offset + ": outside of " + top.length(request) + " bytes");
        }
        Child layer = top;
        long length = maxLength;
        for (int depth = 0; ; depth++) {
            layer = belowFilters(layer);
            long end = layer.length(request);
            if (offset >= end) {
                return new ChainExtent(
                        length, depth - 1, base.isPresent(), false, true, Optional.empty());
            }
            Extent extent = layer.extentAt(request, offset, Math.min(length, end - offset));
            length = extent.length();
            Optional<Child> below =
                    request.childrenOf(layer).withRole(ChildRole.BACKING).filter(this::counts);
            if (!(extent instanceof Extent.Unallocated) || below.isEmpty()) {
                return described(layer, extent, depth, offset);
            }
            layer = below.get();
        }
    }

    private boolean counts(Child backing) {
        return base.filter(((RigChild) belowFilters(backing)).slot().name()::equals).isEmpty()
                && base.filter(((RigChild) backing).slot().name()::equals).isEmpty();
    }

    private Child belowFilters(Child edge) {
        Child at = edge;
        Optional<Child> next = request.childrenOf(at).withRole(ChildRole.FILTERED);
        while (next.isPresent()) {
            at = next.get();
            next = request.childrenOf(at).withRole(ChildRole.FILTERED);
        }
        return at;
    }

    private ChainExtent described(Child layer, Extent extent, int depth, long offset)
            throws IOException {
        return switch (extent) {
            case Extent.Data(long length) ->
                    new ChainExtent(
                            length, depth, true, true, false, Optional.of(place(layer, offset)));
            case Extent.Mapped mapped -> located(mapped, depth);
            case Extent.Opaque(long length) ->
                    new ChainExtent(length, depth, true, true, false, Optional.empty());
            case Extent.Zero(long length, boolean allocated, Optional<Extent.Place> aside) ->
                    new ChainExtent(
                            length, depth, allocated, false, true, aside.map(ChainWalk::place));
            case Extent.Unallocated(long length, Optional<Extent.Place> aside) ->
                    new ChainExtent(length, depth, false, false, true, aside.map(ChainWalk::place));
        };
    }

    private ChainExtent located(Extent.Mapped mapped, int depth) throws IOException {
        Child child = mapped.child();
        long offset = mapped.childOffset();
        Extent below = child.extentAt(request, offset, mapped.length());
        Optional<ChainExtent.Location> location =
                switch (below) {
                    case Extent.Data _ -> Optional.of(place(child, offset));
                    case Extent.Mapped further -> located(further, depth).location();
                    default -> Optional.empty();
                };
        return new ChainExtent(below.length(), depth, true, true, false, location);
    }

    private static ChainExtent.Location place(Extent.Place aside) {
        return place(aside.child(), aside.offset());
    }

    private static ChainExtent.Location place(Child child, long offset) {
        return new ChainExtent.Location(((RigChild) child).slot().name(), offset);
    }
}
