package org.ashlar.core.internal.graph;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.jspecify.annotations.Nullable;

/**
 * Where edges lead and what they are used for, by slot: what every request looks up on its way.
 * Immutable.
 *
 * <p>Invariant I1: {@code targets[slot]} is the node that the edge {@code keys[slot]} leads to;
 * edges that are leaving or gone have no entry, so a request that begins on these routes cannot
 * follow them.
 */
public final class Routes {
    private final @Nullable NodeState[] targets;
    private final @Nullable EdgeKey[] keys;
    private final byte[] used;

    /** Makes those of a graph. */
    Routes(Snapshot.Parts parts) {
        int slots = 0;
        for (NodeState state : parts.nodes().values()) {
            slots = slotsWith(state.edges(), slots);
        }
        for (List<EdgeState> edges : parts.roots().values()) {
            slots = slotsWith(edges, slots);
        }
        this.targets = new NodeState[slots];
        this.keys = new EdgeKey[slots];
        this.used = new byte[slots];
        for (NodeState state : parts.nodes().values()) {
            state.edges().forEach(edge -> indexAlone(edge, parts.nodes()::get));
        }
        for (List<EdgeState> edges : parts.roots().values()) {
            edges.forEach(edge -> indexAlone(edge, parts.nodes()::get));
        }
    }

    /** Takes others over, with another state of one node. */
    private Routes(Routes other, NodeState top, Function<Node, @Nullable NodeState> states) {
        int slots = slotsWith(top.edges(), other.targets.length);
        this.targets = Arrays.copyOf(other.targets, slots);
        this.keys = Arrays.copyOf(other.keys, slots);
        this.used = Arrays.copyOf(other.used, slots);
        for (int slot = 0; slot < slots; slot++) {
            NodeState target = targets[slot];
            if (target != null && target.node.equals(top.node)) {
                targets[slot] = top;
            }
        }
        top.edges().forEach(edge -> index(edge, states));
    }

    private static int slotsWith(List<EdgeState> edges, int least) {
        int slots = least;
        for (EdgeState edge : edges) {
            slots = Math.max(slots, edge.key().slot() + 1);
        }
        return slots;
    }

    private void indexAlone(EdgeState edge, Function<Node, @Nullable NodeState> states) {
        EdgeKey other = keys[edge.key().slot()];
        if (other != null) {
            throw new IllegalStateException(edge.key() + " has the slot of " + other);
        }
        index(edge, states);
    }

    private void index(EdgeState edge, Function<Node, @Nullable NodeState> states) {
        NodeState target = states.apply(edge.target());
        if (target == null) {
            throw new IllegalStateException(
                    edge.key() + " leads to " + edge.target() + ", which is not in the graph");
        }
        int slot = edge.key().slot();
        keys[slot] = edge.key();
        targets[slot] = target;
        used[slot] = bits(edge.permissions());
    }

    private static byte bits(Permissions permissions) {
        byte bits = 0;
        for (Permission permission : permissions.used()) {
            bits |= (byte) permission.bit();
        }
        return bits;
    }

    /**
     * Returns these with a node that no edge leads to, or with another state of a node. An edge
     * that has gone from the published graph meanwhile may have the slot of one of the node's: it
     * gives way.
     *
     * @param states where the node's edges lead
     */
    Routes with(NodeState top, Function<Node, @Nullable NodeState> states) {
        return new Routes(this, top, states);
    }

    /** Returns the node an edge leads to, or null if it leads nowhere (any more). */
    public @Nullable NodeState target(EdgeKey edge) {
        int slot = edge.slot();
        return slot < targets.length && edge.equals(keys[slot]) ? targets[slot] : null;
    }

    /** Returns whether an edge that leads somewhere uses a permission. */
    public boolean uses(EdgeKey edge, Permission permission) {
        return (used[edge.slot()] & permission.bit()) != 0;
    }
}
