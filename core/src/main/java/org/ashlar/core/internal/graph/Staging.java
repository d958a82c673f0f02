package org.ashlar.core.internal.graph;

import java.util.List;
import java.util.Objects;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.spi.BlockException;
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

    /** Adds a node, or shows it with other edges or another face. */
    public void add(Node node, BlockNode face, Traits traits, List<EdgeState> edges)
            throws BlockException {
        view = new Draft(view).add(node, face, traits, edges).build();
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
