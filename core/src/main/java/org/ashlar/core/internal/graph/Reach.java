package org.ashlar.core.internal.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which sources have requests in which nodes: found from the nodes up, each edge looked at once.
 * Confined to one call.
 */
final class Reach {
    private final Map<Node, List<Owner>> users = new HashMap<>();
    private final Set<SourceKey> sources = new HashSet<>();

    /** Goes along the edges of a graph; those that are leaving are not counted. */
    Reach(Snapshot.Parts parts) {
        parts.roots()
                .forEach((source, edges) -> {
                    sources.add(source);
                    edges.forEach(this::add);
                });
        parts.nodes().values().forEach(state -> state.edges().forEach(this::add));
    }

    private void addLeaving(Snapshot.Parts parts) {
        parts.leavingNodes()
                .values()
                .forEach(state -> {
                    sources.add(state.node.background());
                    state.edges().forEach(this::add);
                });
        parts.leavingEdges().forEach(this::add);
    }

    private void add(EdgeState edge) {
        users.computeIfAbsent(edge.target(), _ -> new ArrayList<>()).add(edge.key().owner());
    }

    /**
     * Returns every source whose requests, new or begun before, may be in one of these nodes: also
     * along edges that are leaving, which a request that began before may be on.
     */
    static Set<SourceKey> sourcesIn(Snapshot graph, Set<Node> targets) {
        Reach reach = new Reach(graph.parts());
        reach.addLeaving(graph.parts());
        return reach.sourcesIn(targets);
    }

    /** Returns every source whose requests come to one of these nodes. */
    Set<SourceKey> sourcesIn(Collection<Node> targets) {
        Set<SourceKey> found = new HashSet<>();
        Set<Node> seen = new HashSet<>(targets);
        ArrayDeque<Node> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (sources.contains(node.background())) {
                found.add(node.background());
            }
            for (Owner user : users.getOrDefault(node, List.of())) {
                switch (user) {
                    case SourceKey source -> found.add(source);
                    case Node parent -> {
                        if (seen.add(parent)) {
                            open.add(parent);
                        }
                    }
                }
            }
        }
        return found;
    }
}
