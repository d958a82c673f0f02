package org.ashlar.core.internal.graph;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Derives from drains and fences which sources are closed for which accesses. Confined to one
 * thread.
 */
final class Gates {
    private final Snapshot.Parts parts;
    private final boolean held;

    Gates(Snapshot.Parts parts) {
        this.parts = parts;
        this.held =
                parts.nodes().values().stream()
                        .anyMatch(state -> state.drains() > 0 || state.fences() > 0);
    }

    /** Returns the closed accesses by source slot. */
    byte[] bytes() {
        int highest = -1;
        for (SourceKey source : parts.roots().keySet()) {
            highest = Math.max(highest, source.slot());
        }
        byte[] bytes = new byte[highest + 1];
        Arrays.fill(bytes, (byte) (Snapshot.CLOSED_FOR_READ | Snapshot.CLOSED_FOR_WRITE));
        for (Map.Entry<SourceKey, List<EdgeState>> source : parts.roots().entrySet()) {
            bytes[source.getKey().slot()] = of(source.getKey(), source.getValue());
        }
        return bytes;
    }

    private byte of(SourceKey source, List<EdgeState> edges) {
        byte closed = 0;
        if (!held) { // the usual case, in which no way need be walked
            return closed;
        }
        for (Node node : reachable(parts.nodes(), source, edges)) {
            NodeState state = parts.nodes().get(node);
            if (state != null && state.drains() > 0) {
                return Snapshot.CLOSED_FOR_READ | Snapshot.CLOSED_FOR_WRITE;
            }
            if (state != null && state.fences() > 0) {
                closed = Snapshot.CLOSED_FOR_WRITE;
            }
        }
        return closed;
    }

    /** Returns every node that requests of a source with these roots can come to. */
    static Set<Node> reachable(
            Map<Node, NodeState> nodes, SourceKey source, List<EdgeState> edges) {
        Set<Node> found = new HashSet<>();
        if (source.home() != null) {
            collect(nodes, source.home(), found);
        }
        edges.forEach(edge -> collect(nodes, edge.target(), found));
        return found;
    }

    private static void collect(Map<Node, NodeState> nodes, Node node, Set<Node> found) {
        if (found.add(node)) {
            NodeState state = nodes.get(node);
            if (state != null) {
                state.edges().forEach(edge -> collect(nodes, edge.target(), found));
            }
        }
    }
}
