package org.ashlar.core.internal.chain;

import java.lang.ref.SoftReference;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.jspecify.annotations.Nullable;

/**
 * A node with what lies below it along backing edges: which nodes, served by which faces. It is the
 * same object in all snapshots that follow one another without a difference in it, so what it keeps
 * belongs to just those. Immutable but for its map; thread-safe.
 *
 * <p>A filter is the end of a chain: what it does to reads it does to all of them.
 */
public final class Chain {
    /** A chain of fewer layers is read through its faces: there is little to skip. */
    private static final int LEAST_LAYERS = 3;

    private static final SoftReference<MergedMap> NONE = new SoftReference<>(null);

    private final Layer top;
    private final int layers;

    /**
     * The map, which goes if memory is short or it is not used for long: of a node that has become
     * a layer of a longer chain it would lie about for ever. Written under the lock.
     */
    private volatile SoftReference<MergedMap> map = NONE;

    /**
     * One layer and what is below.
     *
     * @param node which node
     * @param face what serves it
     * @param backing its backing edge, or null if that leads nowhere
     * @param below what the edge leads to, or null
     */
    public record Layer(
            Node node, BlockNode face, @Nullable EdgeKey backing, @Nullable Chain below) {

        @SuppressWarnings("ReferenceEquality") // which face, not what it thinks it equals
        private boolean is(Layer other) {
            return node == other.node
                    && face == other.face
                    && backing == other.backing
                    && below == other.below;
        }
    }

    private Chain(Layer top) {
        this.top = top;
        this.layers = top.below == null ? 1 : 1 + top.below.layers;
    }

    /**
     * Returns the chain that begins at a layer.
     *
     * @param before what began at the node in the snapshot before, which is kept if it is the same
     */
    public static Chain of(Layer top, @Nullable Chain before) {
        boolean ends = top.node.kind() == DriverKind.FILTER;
        Layer layer = ends ? new Layer(top.node, top.face, null, null) : top;
        return before != null && before.top.is(layer) ? before : new Chain(layer);
    }

    /** Returns whether reads of it are worth a map. */
    public boolean isLong() {
        return layers >= LEAST_LAYERS;
    }

    /** Returns the edge to the next layer, or null if this one is the last. */
    public @Nullable EdgeKey backing() {
        return top.backing;
    }

    /** Returns its map, or null if it has none (any more). */
    public @Nullable MergedMap map() {
        return map.get();
    }

    /**
     * Returns its map, making one if there is none.
     *
     * @param granule the length, a power of two, that things are remembered by
     * @param length the top's
     */
    public synchronized MergedMap mapFor(long granule, long length) {
        MergedMap there = map.get();
        if (there != null) {
            return there;
        }
        MergedMap fresh = new MergedMap(granule, length);
        for (Chain chain = this; chain != null; chain = chain.top.below) {
            chain.top.node.maps().add(fresh);
        }
        map = new SoftReference<>(fresh);
        return fresh;
    }
}
