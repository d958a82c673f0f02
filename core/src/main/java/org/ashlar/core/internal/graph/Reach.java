package org.ashlar.core.internal.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which sources have, or may still have, requests in which nodes: along the edges of the graph and
 * along those that are leaving, which a request that began before may be on. Confined to one call.
 */
final class Reach {
    private final Map<Owner, List<Node>> ways = new HashMap<>();
    private final Set<SourceKey> sources = new HashSet<>();

    private Reach(Snapshot graph) {
        Snapshot.Parts parts = graph.parts();
        parts.roots()
                .forEach((source, edges) -> {
                    sources.add(source);
                    edges.forEach(this::add);
                });
        parts.nodes().values().forEach(state -> state.edges().forEach(this::add));
        parts.leavingNodes()
                .values()
                .forEach(state -> {
                    sources.add(state.node.background());
                    state.edges().forEach(this::add);
                });
        parts.leavingEdges().forEach(this::add);
    }

    private void add(EdgeState edge) {
        Owner owner = edge.key().owner();
        if (owner instanceof SourceKey source) {
            sources.add(source);
        }
        ways.computeIfAbsent(owner, _ -> new ArrayList<>()).add(edge.target());
    }

    /** Returns every source whose requests, new or begun before, may be in one of these nodes. */
    static Set<SourceKey> sourcesIn(Snapshot graph, Set<Node> targets) {
        Reach reach = new Reach(graph);
        Set<SourceKey> found = new HashSet<>();
        for (SourceKey source : reach.sources) {
            if (reach.comesTo(source, targets)) {
                found.add(source);
            }
        }
        return found;
    }

    private boolean comesTo(SourceKey source, Set<Node> targets) {
        Set<Node> seen = new HashSet<>();
        ArrayDeque<Node> open = new ArrayDeque<>(ways.getOrDefault(source, List.of()));
        if (source.home() != null) {
            open.add(source.home());
        }
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (targets.contains(node)) {
                return true;
            }
            if (seen.add(node)) {
                open.addAll(ways.getOrDefault(node, List.of()));
            }
        }
        return false;
    }
}
