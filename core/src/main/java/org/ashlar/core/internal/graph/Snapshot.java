package org.ashlar.core.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.source.Access;
import org.jspecify.annotations.Nullable;

/**
 * The graph as it stands at one moment: nodes, edges, roots, gates, and what changes under way have
 * reserved. Immutable; made by {@code Draft} alone.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: every edge of a node or root that is not leaving leads to a node in {@code nodes}.
 *   <li>I2: {@code targets[slot]} is the node that the edge {@code keys[slot]} leads to; edges that
 *       are leaving or gone have no entry, so a request that begins on this snapshot cannot follow
 *       them.
 *   <li>I3: {@code gates[slot]} says for which accesses the source of that slot is closed: derived
 *       from drains and fences of the nodes it reaches.
 * </ul>
 */
public final class Snapshot implements GraphView {
    static final byte CLOSED_FOR_READ = 1;
    static final byte CLOSED_FOR_WRITE = 2;

    /** The parts a snapshot is made of. */
    record Parts(
            Map<Node, NodeState> nodes,
            Map<SourceKey, List<EdgeState>> roots,
            Map<Node, NodeState> leavingNodes,
            List<EdgeState> leavingEdges,
            List<Reservation> reservations,
            Map<EdgeKey, SourceKey> claims,
            Map<EdgeKey, Set<SourceKey>> reliances) {
        Parts {
            nodes = Collections.unmodifiableMap(nodes);
            roots = Collections.unmodifiableMap(roots);
            leavingNodes = Collections.unmodifiableMap(leavingNodes);
            leavingEdges = Collections.unmodifiableList(leavingEdges);
            reservations = Collections.unmodifiableList(reservations);
            claims = Collections.unmodifiableMap(claims);
            reliances = Collections.unmodifiableMap(reliances);
        }
    }

    private final long generation;
    private final Parts parts;
    private final Map<String, NodeState> byName = new LinkedHashMap<>();
    private final @Nullable NodeState[] targets;
    private final @Nullable EdgeKey[] keys;
    private final byte[] used;
    private final byte[] gates;
    private final @Nullable SourceKey[] sources;

    Snapshot(long generation, Parts parts, byte[] gates, int edgeSlots) {
        this.generation = generation;
        this.parts = parts;
        this.gates = gates;
        this.sources = new SourceKey[gates.length];
        parts.roots.keySet().forEach(source -> sources[source.slot()] = source);
        this.targets = new NodeState[edgeSlots];
        this.keys = new EdgeKey[edgeSlots];
        this.used = new byte[edgeSlots];
        for (NodeState state : parts.nodes.values()) {
            byName.put(state.name(), state);
            state.edges().forEach(this::indexAlone);
        }
        parts.roots.values().forEach(edges -> edges.forEach(this::indexAlone));
    }

    private void indexAlone(EdgeState edge) {
        EdgeKey other = keys[edge.key().slot()];
        if (other != null) {
            throw new IllegalStateException(edge.key() + " has the slot of " + other);
        }
        index(edge);
    }

    private void index(EdgeState edge) {
        NodeState target = parts.nodes.get(edge.target());
        if (target == null) { // I1
            throw new IllegalStateException(
                    edge.key() + " leads to " + edge.target() + ", which is not in the graph");
        }
        keys[edge.key().slot()] = edge.key();
        targets[edge.key().slot()] = target;
        used[edge.key().slot()] = bits(edge.permissions());
    }

    /** Takes over what another shows, with another state of one node. */
    private Snapshot(Snapshot other, Parts parts, NodeState top, int edgeSlots) {
        this.generation = other.generation + 1;
        this.parts = parts;
        this.gates = other.gates;
        this.sources = other.sources;
        this.byName.putAll(other.byName);
        this.byName.put(top.name(), top);
        this.targets = Arrays.copyOf(other.targets, edgeSlots);
        this.keys = Arrays.copyOf(other.keys, edgeSlots);
        this.used = Arrays.copyOf(other.used, edgeSlots);
        for (int slot = 0; slot < edgeSlots; slot++) {
            NodeState target = targets[slot];
            if (target != null && target.node.equals(top.node)) {
                targets[slot] = top;
            }
        }
        top.edges().forEach(this::index);
    }

    /**
     * Returns this graph with a node that no edge leads to, or with another state of it. An edge of
     * this graph that has gone from the published one meanwhile may have the slot of one of the
     * node's: it gives way.
     */
    Snapshot with(NodeState top) {
        Map<Node, NodeState> nodes = new LinkedHashMap<>(parts.nodes);
        nodes.put(top.node, top);
        int slots = targets.length;
        for (EdgeState edge : top.edges()) {
            slots = Math.max(slots, edge.key().slot() + 1);
        }
        Parts more =
                new Parts(
                        nodes,
                        parts.roots,
                        parts.leavingNodes,
                        parts.leavingEdges,
                        parts.reservations,
                        parts.claims,
                        parts.reliances);
        return new Snapshot(this, more, top, slots);
    }

    private static byte bits(Permissions permissions) {
        byte bits = 0;
        for (Permission permission : permissions.used()) {
            bits |= (byte) permission.bit();
        }
        return bits;
    }

    /** Returns whether an edge that leads somewhere uses a permission. */
    public boolean uses(EdgeKey edge, Permission permission) {
        return (used[edge.slot()] & permission.bit()) != 0;
    }

    /** Returns an empty graph. */
    static Snapshot empty() {
        Parts none =
                new Parts(Map.of(), Map.of(), Map.of(), List.of(), List.of(), Map.of(), Map.of());
        return new Snapshot(0, none, new byte[0], 0);
    }

    /** Returns the node an edge leads to, or null if it leads nowhere (any more). */
    public @Nullable NodeState target(EdgeKey edge) {
        int slot = edge.slot();
        return slot < targets.length && edge.equals(keys[slot]) ? targets[slot] : null;
    }

    /**
     * Returns whether the gate of a source is closed for an access; a source that is not in the
     * graph is.
     */
    public boolean isClosed(SourceKey source, Access access) {
        byte mask = access == Access.READ ? CLOSED_FOR_READ : CLOSED_FOR_WRITE;
        int slot = source.slot();
        return slot >= gates.length || !source.equals(sources[slot]) || (gates[slot] & mask) != 0;
    }

    /** Returns the sources that are not nodes' own work. */
    public List<SourceKey> sources() {
        return parts.roots.keySet().stream().filter(source -> source.home() == null).toList();
    }

    /** Returns whether a source is in the graph. */
    public boolean has(SourceKey source) {
        return parts.roots.containsKey(source);
    }

    Parts parts() {
        return parts;
    }

    /** Returns every node that is not leaving. */
    public Collection<NodeState> states() {
        return parts.nodes.values();
    }

    /** Returns every node that is leaving, as it was. */
    public Collection<NodeState> leavingStates() {
        return parts.leavingNodes.values();
    }

    /** Returns every node that is not leaving, parents before their children. */
    public List<NodeState> parentsFirst() {
        Map<Node, List<EdgeState>> edges = new LinkedHashMap<>();
        states().forEach(state -> edges.put(state.node, state.edges()));
        try {
            return new Order(edges)
                    .parentsFirst().stream()
                            .map(node -> Objects.requireNonNull(state(node)))
                            .toList();
        } catch (BlockException circle) {
            throw new IllegalStateException(circle);
        }
    }

    /** Returns the node's state, or null if it is not in the graph or leaving. */
    public @Nullable NodeState state(Node node) {
        return parts.nodes.get(node);
    }

    /** Returns the state of the node of that name, or null. */
    public @Nullable NodeState state(String name) {
        return byName.get(name);
    }

    /**
     * Returns the state of the node of that name.
     *
     * @throws BlockException of kind {@code NOT_FOUND}
     */
    public NodeState require(String name) throws BlockException {
        NodeState state = byName.get(name);
        if (state == null) {
            throw new BlockException(
                    Kind.NOT_FOUND, "Cannot find device='' nor node-name='" + name + "'");
        }
        return state;
    }

    /** Returns the edges that lead to a node, leaving ones not counted. */
    public List<EdgeState> edgesTo(Node node) {
        List<EdgeState> found = new ArrayList<>();
        parts.roots.values().forEach(edges -> addEdgesTo(node, edges, found));
        parts.nodes.values().forEach(state -> addEdgesTo(node, state.edges(), found));
        return found;
    }

    private static void addEdgesTo(Node node, List<EdgeState> edges, List<EdgeState> found) {
        for (EdgeState edge : edges) {
            if (edge.target().equals(node)) {
                found.add(edge);
            }
        }
    }

    /** Returns the edge's state, or null if it leads nowhere. */
    public @Nullable EdgeState edge(EdgeKey key) {
        List<EdgeState> edges =
                switch (key.owner()) {
                    case Node node ->
                            parts.nodes.containsKey(node)
                                    ? parts.nodes.get(node).edges()
                                    : List.of();
                    case SourceKey source -> parts.roots.getOrDefault(source, List.of());
                };
        for (EdgeState edge : edges) {
            if (edge.key().equals(key)) {
                return edge;
            }
        }
        return null;
    }

    // The view for drivers, jobs and monitors.

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public Collection<NodeInfo> nodes() {
        return parts.nodes.values().stream().map(state -> info(state, false)).toList();
    }

    @Override
    public Collection<NodeInfo> leaving() {
        return parts.leavingNodes.values().stream().map(state -> info(state, true)).toList();
    }

    @Override
    public Optional<NodeInfo> find(String nodeName) {
        return Optional.ofNullable(byName.get(nodeName)).map(state -> info(state, false));
    }

    @Override
    public List<EdgeInfo> roots() {
        return parts.roots.values().stream().flatMap(List::stream).map(Snapshot::info).toList();
    }

    @Override
    public List<EdgeInfo> parents(String nodeName) {
        NodeState state = byName.get(nodeName);
        return state == null
                ? List.of()
                : edgesTo(state.node).stream().map(Snapshot::info).toList();
    }

    private NodeInfo info(NodeState state, boolean leaving) {
        return new NodeInfo(
                state.node.id(),
                state.name(),
                state.node.driver(),
                state.node.kind(),
                state.traits().named(),
                state.isWritable(),
                leaving,
                state.drains(),
                state.capabilities,
                state.cumulative(),
                state.settings(),
                new FileName(parts.nodes).of(state),
                state.edges().stream().map(Snapshot::info).toList());
    }

    private static EdgeInfo info(EdgeState edge) {
        EdgeKey key = edge.key();
        boolean root = key.owner() instanceof SourceKey;
        boolean stays = key.owner() instanceof SourceKey source && source.staysAtNodes();
        String parent =
                switch (key.owner()) {
                    case Node node -> node.name();
                    case SourceKey source -> source.label();
                };
        return new EdgeInfo(
                key,
                parent,
                root,
                stays,
                key.name(),
                key.role(),
                edge.target().name(),
                edge.permissions());
    }
}
