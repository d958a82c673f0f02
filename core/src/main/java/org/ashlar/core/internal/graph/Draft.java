package org.ashlar.core.internal.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.ashlar.core.internal.graph.NodeState.Derived;
import org.ashlar.core.internal.graph.NodeState.Holds;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Permissions;

/**
 * A snapshot being changed: the pure function from an old snapshot to a new one. Confined to one
 * thread, and built once; does no I/O, waits for nothing, and calls of a driver only the two
 * functions that are pure by contract.
 */
final class Draft {

    /** A node being changed. */
    private record Entry(BlockNode face, Traits traits, Holds holds, List<EdgeState> edges) {
        Entry face(BlockNode other, Traits told) {
            return new Entry(other, told, holds, edges);
        }

        Entry holds(int drains, int fences) {
            return new Entry(
                    face,
                    traits,
                    new Holds(holds.drains() + drains, holds.fences() + fences),
                    edges);
        }

        Entry edges(List<EdgeState> others) {
            return new Entry(face, traits, holds, others);
        }
    }

    private final Snapshot from;
    private final Map<Node, Entry> nodes = new LinkedHashMap<>();
    private final Map<SourceKey, List<EdgeState>> roots;
    private final Map<Node, NodeState> leavingNodes;
    private final List<EdgeState> leavingEdges;
    private final List<Reservation> reservations;
    private final Map<EdgeKey, SourceKey> claims;
    private final Map<EdgeKey, Set<SourceKey>> reliances;

    Draft(Snapshot from) {
        this.from = from;
        Snapshot.Parts parts = from.parts();
        parts.nodes()
                .forEach((node, state) ->
                        nodes.put(
                                node,
                                new Entry(
                                        state.face,
                                        state.traits(),
                                        new Holds(state.drains(), state.fences()),
                                        state.edges())));
        roots = new LinkedHashMap<>(parts.roots());
        leavingNodes = new LinkedHashMap<>(parts.leavingNodes());
        leavingEdges = new ArrayList<>(parts.leavingEdges());
        reservations = new ArrayList<>(parts.reservations());
        claims = new HashMap<>(parts.claims());
        reliances = new HashMap<>(parts.reliances());
    }

    // Nodes.

    Draft add(Node node, BlockNode face, Traits traits, List<EdgeState> edges) {
        nodes.put(node, new Entry(face, traits, Holds.NONE, edges));
        return this;
    }

    Draft face(Node node, BlockNode face, Traits traits) {
        nodes.computeIfPresent(node, (_, entry) -> entry.face(face, traits));
        return this;
    }

    /** Refuses writes to a node from now on. */
    Draft corrupt(Node node) {
        nodes.computeIfPresent(
                node, (_, entry) -> entry.face(entry.face, entry.traits.corrupted()));
        return this;
    }

    /**
     * Adds to, or with negative numbers takes from, the holds of a node; a node that has gone
     * meanwhile has none.
     */
    Draft hold(Node node, int drains, int fences) {
        nodes.computeIfPresent(node, (_, entry) -> entry.holds(drains, fences));
        return this;
    }

    /** Takes a node out: from now on it is leaving, with the edges it has. */
    Draft leave(Node node) {
        nodes.remove(node);
        leavingNodes.put(node, Objects.requireNonNull(from.state(node)));
        return this;
    }

    /** Forgets a node that has settled. */
    Draft settle(Node node) {
        leavingNodes.remove(node);
        return this;
    }

    // Edges.

    Draft attach(EdgeState edge) {
        return edit(edge.key().owner(), edges -> edges.add(edge));
    }

    Draft retarget(EdgeKey key, Node target) {
        return edit(
                key.owner(),
                edges -> edges.replaceAll(edge -> edge.key().equals(key) ? edge.to(target) : edge));
    }

    /** Takes an edge out. */
    Draft detach(EdgeKey key) {
        return edit(key.owner(), edges -> edges.removeIf(edge -> edge.key().equals(key)));
    }

    Draft permissions(EdgeKey key, Permissions permissions) {
        return edit(
                key.owner(),
                edges ->
                        edges.replaceAll(
                                edge -> edge.key().equals(key) ? edge.with(permissions) : edge));
    }

    /**
     * Keeps an edge that was taken out, or led elsewhere, with its permissions until it has
     * settled.
     */
    Draft leave(EdgeState edge) {
        leavingEdges.add(edge);
        return this;
    }

    @SuppressWarnings("ReferenceEquality") // the same edge may be leaving the same node twice
    Draft settle(EdgeState edge) {
        leavingEdges.removeIf(other -> other == edge);
        return this;
    }

    private Draft edit(Owner owner, Consumer<List<EdgeState>> change) {
        if (owner instanceof SourceKey source) {
            List<EdgeState> edges = new ArrayList<>(roots.getOrDefault(source, List.of()));
            change.accept(edges);
            roots.put(source, edges);
        } else if (owner instanceof Node node) {
            Entry entry = nodes.get(node);
            if (entry != null) {
                List<EdgeState> edges = new ArrayList<>(entry.edges());
                change.accept(edges);
                nodes.put(node, entry.edges(edges));
            }
        }
        return this;
    }

    // Sources, reservations, claims.

    Draft add(SourceKey source) {
        roots.put(source, List.of());
        return this;
    }

    Draft remove(SourceKey source) {
        roots.remove(source);
        return unclaim(source);
    }

    Draft reserve(Reservation reservation) {
        reservations.add(reservation);
        return this;
    }

    Draft unreserve(Reservation reservation) {
        reservations.remove(reservation);
        return this;
    }

    Draft claim(EdgeKey edge, SourceKey source) {
        claims.put(edge, source);
        return this;
    }

    /** Notes that a source relies on what an edge shows. */
    Draft rely(EdgeKey edge, SourceKey source) {
        Set<SourceKey> all = new HashSet<>(reliances.getOrDefault(edge, Set.of()));
        all.add(source);
        reliances.put(edge, all);
        return this;
    }

    /** Gives up every claim and reliance of a source. */
    Draft unclaim(SourceKey source) {
        claims.values().removeIf(holder -> holder.equals(source));
        reliances.replaceAll((_, all) -> {
            Set<SourceKey> rest = new HashSet<>(all);
            rest.remove(source);
            return rest;
        });
        reliances.values().removeIf(Set::isEmpty);
        return this;
    }

    /**
     * Derives what follows and returns the new snapshot, without checking permissions.
     *
     * @throws BlockException of kind {@code INVALID} if the edges run in a circle
     */
    Snapshot build() throws BlockException {
        List<Node> order = new Order(edgesByNode()).parentsFirst();
        Derivation derivation = new Derivation(order, incoming());
        order.reversed().forEach(node -> derivation.capabilities(node, entryFace(node)));
        order.forEach(node -> derivation.permissions(node, entryFace(node)));
        Map<Node, NodeState> states = new LinkedHashMap<>();
        nodes.forEach((node, entry) -> states.put(node, state(node, entry, derivation)));
        Snapshot.Parts parts =
                new Snapshot.Parts(
                        states, roots, leavingNodes, leavingEdges, reservations, claims, reliances);
        return new Snapshot(from.generation() + 1, parts, Gates.of(parts));
    }

    /** Builds where a circle is impossible, as no edge is led anywhere new. */
    Snapshot buildSameShape() {
        try {
            return build();
        } catch (BlockException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @SuppressWarnings("ReferenceEquality") // which face, not what it thinks it equals
    private Derivation.Part entryFace(Node node) {
        Entry entry = Objects.requireNonNull(nodes.get(node));
        NodeState before = from.state(node);
        boolean same = before != null && before.face == entry.face;
        return new Derivation.Part(entry.face, entry.traits, entry.edges, same ? before : null);
    }

    private static NodeState state(Node node, Entry entry, Derivation derivation) {
        Derived derived = derivation.derived(node);
        return new NodeState(
                new NodeState.Face(node, entry.face), entry.traits, entry.holds, derived);
    }

    private Map<Node, List<EdgeState>> edgesByNode() {
        Map<Node, List<EdgeState>> edges = new LinkedHashMap<>();
        nodes.forEach((node, entry) -> edges.put(node, entry.edges));
        return edges;
    }

    /**
     * Returns the permissions that come from above the nodes: from roots and from edges that
     * changes will add.
     */
    private Map<Node, Permissions> incoming() {
        Map<Node, Permissions> incoming = new HashMap<>();
        roots.values().forEach(edges -> edges.forEach(edge -> add(edge, incoming)));
        reservations.forEach(
                reservation -> reservation.pending().forEach(edge -> add(edge, incoming)));
        return incoming;
    }

    private static void add(EdgeState edge, Map<Node, Permissions> incoming) {
        incoming.merge(edge.target(), edge.permissions(), Permissions::and);
    }
}
