package org.ashlar.core.internal.open;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.spi.BlockException;

/**
 * Finds edges that would close a circle before anything is read along them. Immutable.
 *
 * @param now the graph they are to be added to
 */
record Circles(Snapshot now) {

    /**
     * Checks the edges that nodes are to have.
     *
     * @throws BlockException of kind {@code INVALID} that names the edge that would close a circle
     */
    void check(Map<Node, List<EdgeState>> wanted) throws BlockException {
        for (Map.Entry<Node, List<EdgeState>> entry : wanted.entrySet()) {
            for (EdgeState edge : entry.getValue()) {
                boolean stays = edge.equals(now.edge(edge.key()));
                if (!stays && reaches(edge.target(), entry.getKey(), wanted, new HashSet<>())) {
                    throw BlockException.invalid(
                            "Making '%s' a %s child of '%s' would create a cycle"
                                    .formatted(edge.target(), edge.key().name(), entry.getKey()));
                }
            }
        }
    }

    private boolean reaches(Node from, Node to, Map<Node, List<EdgeState>> wanted, Set<Node> seen) {
        if (from.equals(to)) {
            return true;
        }
        if (!seen.add(from)) {
            return false;
        }
        NodeState state = now.state(from);
        List<EdgeState> edges =
                wanted.getOrDefault(from, state == null ? List.of() : state.edges());
        return edges.stream().anyMatch(edge -> reaches(edge.target(), to, wanted, seen));
    }
}
