package org.ashlar.core.internal.graph;

import java.util.List;
import java.util.Set;

/**
 * What a change under way relies on, alters, or will add. Immutable; its identity is the change's,
 * so it is a plain class: two changes that reserve the same things are still two.
 */
final class Reservation {
    private final String what;
    private final Set<Node> relied;
    private final Set<Node> altered;
    private final Set<EdgeKey> edges;
    private final Set<String> names;
    private final List<EdgeState> pending;

    Reservation(String what, Wants wants, List<EdgeState> pending) {
        this.what = what;
        this.relied = Set.copyOf(wants.relied);
        this.altered = Set.copyOf(wants.altered);
        this.edges = Set.copyOf(wants.edges);
        this.names = Set.copyOf(wants.names);
        this.pending = List.copyOf(pending);
    }

    /**
     * What a change wants to have for itself until its switch.
     *
     * @param relied nodes that stay in the graph with their faces and edges
     * @param altered nodes whose edges or faces it changes, or that it takes out
     * @param edges edges that it retargets or takes out
     * @param names names that it will give
     */
    record Wants(Set<Node> relied, Set<Node> altered, Set<EdgeKey> edges, Set<String> names) {}

    /** Returns what messages call the change. */
    String what() {
        return what;
    }

    /**
     * Returns edges that the change will add or lead elsewhere, with the permissions they will
     * have.
     */
    List<EdgeState> pending() {
        return pending;
    }

    /** Returns whether the change leads the edge elsewhere or takes it out. */
    boolean alters(EdgeKey edge) {
        return edges.contains(edge);
    }

    /** Returns whether two changes cannot be under way together. */
    boolean collidesWith(Wants wants) {
        return meet(altered, wants.altered)
                || meet(altered, wants.relied)
                || meet(relied, wants.altered)
                || meet(edges, wants.edges)
                || meet(names, wants.names);
    }

    private static boolean meet(Set<?> some, Set<?> others) {
        return some.stream().anyMatch(others::contains);
    }
}
