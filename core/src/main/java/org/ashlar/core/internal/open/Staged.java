package org.ashlar.core.internal.open;

import java.util.List;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.core.internal.io.BackgroundImpl;
import org.ashlar.spi.BlockNode;

/**
 * A node that has been opened and is not in the graph yet. Immutable.
 *
 * @param node its identity
 * @param face what serves it
 * @param traits what it was told
 * @param edges its children
 * @param background its own work
 */
record Staged(
        Node node,
        BlockNode face,
        Traits traits,
        List<EdgeState> edges,
        BackgroundImpl background) {
    Staged {
        edges = List.copyOf(edges);
    }
}
