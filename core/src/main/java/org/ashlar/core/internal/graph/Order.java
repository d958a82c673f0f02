package org.ashlar.core.internal.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;

/** Orders nodes so that every parent comes before its children. Confined to one thread. */
final class Order {
    private final Map<Node, List<EdgeState>> edges;

    Order(Map<Node, List<EdgeState>> edges) {
        this.edges = edges;
    }

    /**
     * Returns whether a graph has no circle even when every change under way has switched; where an
     * edge is led elsewhere, both ways count.
     */
    static boolean staysPossible(Snapshot graph) {
        Map<Node, List<EdgeState>> edges = new HashMap<>();
        graph.states().forEach(state -> edges.put(state.node, new ArrayList<>(state.edges())));
        for (Reservation reservation : graph.parts().reservations()) {
            for (EdgeState edge : reservation.pending()) {
                if (edge.key().owner() instanceof Node parent) {
                    edges.computeIfAbsent(parent, _ -> new ArrayList<>()).add(edge);
                    edges.computeIfAbsent(edge.target(), _ -> new ArrayList<>());
                }
            }
        }
        try {
            return new Order(edges).parentsFirst().size() == edges.size();
        } catch (BlockException circle) {
            return false;
        }
    }

    /**
     * Returns the nodes in that order.
     *
     * @throws BlockException of kind {@code INVALID} if there is none, as the edges run in a circle
     */
    List<Node> parentsFirst() throws BlockException {
        Map<Node, Integer> parents = new HashMap<>();
        edges.values()
                .forEach(list ->
                        list.forEach(edge -> parents.merge(edge.target(), 1, Integer::sum)));
        ArrayDeque<Node> ready = new ArrayDeque<>();
        edges.keySet().stream().filter(node -> !parents.containsKey(node)).forEach(ready::add);
        List<Node> ordered = new ArrayList<>(edges.size());
        while (!ready.isEmpty()) {
            Node node = ready.remove();
            ordered.add(node);
            for (EdgeState edge : edges.getOrDefault(node, List.of())) {
                if (parents.merge(edge.target(), -1, Integer::sum) == 0) {
                    ready.add(edge.target());
                }
            }
        }
        if (ordered.size() < edges.size()) {
            throw circle(parents);
        }
        return ordered;
    }

    private BlockException circle(Map<Node, Integer> parents) {
        for (Map.Entry<Node, List<EdgeState>> entry : edges.entrySet()) {
            for (EdgeState edge : entry.getValue()) {
                if (parents.getOrDefault(entry.getKey(), 0) > 0
                        && parents.getOrDefault(edge.target(), 0) > 0) {
                    return BlockException.invalid(
                            "Making '%s' a %s child of '%s' would create a cycle"
                                    .formatted(edge.target(), edge.key().name(), entry.getKey()));
                }
            }
        }
        throw new AssertionError("no circle");
    }
}
