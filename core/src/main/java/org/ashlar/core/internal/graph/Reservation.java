package org.ashlar.core.internal.graph;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a change under way holds, and will add. Immutable; its identity is the change's, so it is a
 * plain class: two changes that reserve the same things are still two.
 */
final class Reservation {
    private final String what;
    private final Wants wants;
    private final List<EdgeState> pending;

    Reservation(String what, Wants wants, List<EdgeState> pending) {
        this.what = what;
        this.wants = wants;
        this.pending = List.copyOf(pending);
    }

    /**
     * What a change wants to have for itself until its switch.
     *
     * @param owners how it holds which nodes and sources
     * @param edges edges that it adds, leads elsewhere or takes out
     * @param names names that it will give
     * @param usage which nodes it leads edges to, and which get no other user meanwhile
     */
    record Wants(Map<Owner, Hold> owners, Set<EdgeKey> edges, Set<String> names, Usage usage) {
        Wants {
            owners = Map.copyOf(owners);
            edges = Set.copyOf(edges);
            names = Set.copyOf(names);
        }
    }

    /**
     * What a change wants of the users of nodes.
     *
     * @param gained nodes that it leads edges to
     * @param settled nodes whose users must all be known, as their writes will land elsewhere
     */
    record Usage(Set<Node> gained, Set<Node> settled) {
        Usage {
            gained = Set.copyOf(gained);
            settled = Set.copyOf(settled);
        }

        private boolean collidesWith(Usage other) {
            return meet(gained, other.settled) || meet(settled, other.gained);
        }
    }

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
        return wants.edges.contains(edge);
    }

    /** Returns the nodes of which the change alters edges, or which it lets another face serve. */
    Stream<Node> altered() {
        return wants.owners.entrySet().stream()
                .filter(held -> held.getValue().compareTo(Hold.ALTERED) >= 0)
                .flatMap(held -> held.getKey() instanceof Node node ? Stream.of(node) : null);
    }

    /** Returns whether two changes cannot be under way together. */
    boolean collidesWith(Wants others) {
        return others.owners.entrySet().stream().anyMatch(this::collidesAt)
                || meet(wants.edges, others.edges)
                || meet(wants.names, others.names)
                || wants.usage.collidesWith(others.usage);
    }

    private boolean collidesAt(Map.Entry<Owner, Hold> other) {
        Hold ours = wants.owners.get(other.getKey());
        return ours != null && ours.collidesWith(other.getValue());
    }

    private static boolean meet(Set<?> some, Set<?> others) {
        return some.stream().anyMatch(others::contains);
    }
}
