package org.ashlar.core.internal.open;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Plan;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Request;
import org.ashlar.spi.graph.ChangePlan;

/**
 * Describes how a node comes by the edges that it is to have. Writes wait meanwhile and are flushed
 * before: from the switch on they land elsewhere. Immutable.
 *
 * @param now the graph
 * @param node the node as it is
 * @param wanted its edges as they are to be
 */
record EdgeSwitch(Snapshot now, NodeState node, List<EdgeState> wanted) {

    void describe(Plan plan) throws BlockException {
        Map<EdgeKey, EdgeState> left = new LinkedHashMap<>();
        node.edges().forEach(edge -> left.put(edge.key(), edge));
        for (EdgeState edge : wanted) {
            EdgeState before = left.remove(edge.key());
            if (before == null) {
                plan.attach(edge);
            } else if (!before.target().equals(edge.target())) {
                requireSameMetadata(plan, edge, before.target());
                plan.retarget(edge.key(), edge.target().name());
            }
        }
        for (EdgeKey gone : left.keySet()) {
            plan.detach(gone);
        }
        plan.fenceWrites(node.name());
        if (node.isWritable()) {
            plan.outside(new Flush(node));
        }
    }

    /** What a driver has read of a child it knows by heart: it would write that into another. */
    private void requireSameMetadata(Plan plan, EdgeState edge, Node before) throws BlockException {
        ChildRole role = edge.key().role();
        if (role != ChildRole.IMAGE && role != ChildRole.METADATA) {
            return;
        }
        List<NodeState> down = filtersFrom(edge.target());
        List<NodeState> up = filtersFrom(before);
        boolean same =
                down.stream().anyMatch(state -> state.node.equals(before))
                        || up.stream().anyMatch(state -> state.node.equals(edge.target()));
        if (!same) {
            throw BlockException.invalid(
                    ("Node '%s' has read its metadata from node '%s': '%s' can only be led to a"
                                    + " node that shows the same, such as a filter on it")
                            .formatted(node.name(), before, edge.key().name()));
        }
        for (NodeState filter : down) {
            plan.reserve(filter.name());
        }
        for (NodeState filter : up) {
            plan.reserve(filter.name());
        }
    }

    /** Returns a node and what it shows, down to where the bytes are another node's own. */
    private List<NodeState> filtersFrom(Node top) {
        List<NodeState> chain = new ArrayList<>();
        NodeState state = now.state(top);
        while (state != null) {
            chain.add(state);
            state =
                    state.edges().stream()
                            .filter(edge -> edge.key().role() == ChildRole.FILTERED)
                            .findFirst()
                            .map(edge -> now.state(edge.target()))
                            .orElse(null);
        }
        return chain;
    }

    private record Flush(NodeState node) implements ChangePlan.OutsideStep {
        @Override
        public void apply(Request request) throws IOException {
            node.face.flush(request);
        }

        @Override
        public void undo(Request request) {}
    }
}
