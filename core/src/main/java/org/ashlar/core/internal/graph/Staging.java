package org.ashlar.core.internal.graph;

import java.util.List;
import java.util.Objects;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.spi.BlockNode;

/**
 * A snapshot with nodes beside it that are not in the graph yet, for the requests that open them.
 * Confined to one thread.
 */
public final class Staging {
    private Snapshot view;

    public Staging(Snapshot now) {
        view = now;
    }

    /**
     * Adds a node that no edge leads to yet, or shows it with other edges or another face. Nothing
     * but the node itself is derived: opening a chain of n layers adds 4 n times, and deriving
     * everything each time took half a second of a chain of 200.
     */
    public void add(Node node, BlockNode face, Traits traits, List<EdgeState> edges) {
        NodeState.Derived derived =
                Derivation.ofTop(node, new Derivation.Part(face, traits, edges), view);
        view =
                view.with(
                        new NodeState(
                                new NodeState.Face(node, face),
                                traits,
                                NodeState.Holds.NONE,
                                derived));
    }

    /** Returns the graph with what is staged. */
    public Snapshot view() {
        return view;
    }

    /** Returns the state of a staged node. */
    public NodeState state(Node node) {
        return Objects.requireNonNull(view.state(node));
    }
}
