package org.ashlar.core.internal.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.spi.BlockNode;
import org.jspecify.annotations.Nullable;

/**
 * Nodes beside a graph that they are not in yet, for the requests that open them. Confined to one
 * thread.
 */
public final class Staging {
    private final Snapshot now;
    private final Map<Node, NodeState> staged = new HashMap<>();
    private Routes routes;

    public Staging(Snapshot now) {
        this.now = now;
        this.routes = now.routes();
    }

    /**
     * Adds a node that no edge leads to yet, or shows it with other edges or another face. Nothing
     * but the node itself is derived, and nothing but the routes is copied: opening a chain of n
     * layers adds 4 n times.
     */
    public void add(Node node, BlockNode face, Traits traits, List<EdgeState> edges) {
        NodeState.Derived derived =
                Derivation.ofTop(node, new Derivation.Part(face, traits, edges), this::find);
        NodeState state =
                new NodeState(
                        new NodeState.Face(node, face), traits, NodeState.Holds.NONE, derived);
        staged.put(node, state);
        routes = routes.with(state, this::find);
    }

    private @Nullable NodeState find(Node node) {
        NodeState state = staged.get(node);
        return state != null ? state : now.state(node);
    }

    /** Returns where the edges of the graph and of what is staged lead. */
    public Routes routes() {
        return routes;
    }

    /** Returns the state of a staged node. */
    public NodeState state(Node node) {
        return Objects.requireNonNull(staged.get(node));
    }
}
