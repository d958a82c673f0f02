package org.ashlar.core.internal.graph;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
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
 *   <li>I2: {@code gates[slot]} says for which accesses the source of that slot is closed: derived
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
    private final Routes routes;

    /** Made when it is first asked for; whoever asks makes the same. */
    private volatile @Nullable Map<Node, List<EdgeState>> edgesByTarget;

    private final byte[] gates;
    private final @Nullable SourceKey[] sources;

    Snapshot(long generation, Parts parts, byte[] gates) {
        this.generation = generation;
        this.parts = parts;
        this.gates = gates;
        this.sources = new SourceKey[gates.length];
        parts.roots.keySet().forEach(source -> sources[source.slot()] = source);
        parts.nodes.values().forEach(state -> byName.put(state.name(), state));
        this.routes = new Routes(parts); // I1
    }

    /** Returns an empty graph. */
    static Snapshot empty() {
        Parts none =
                new Parts(Map.of(), Map.of(), Map.of(), List.of(), List.of(), Map.of(), Map.of());
        return new Snapshot(0, none, new byte[0]);
    }

    /** Returns where its edges lead. */
    public Routes routes() {
        return routes;
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
        Map<Node, List<EdgeState>> users = edgesByTarget;
        if (users == null) {
            users = EdgeState.byTarget(edges());
            edgesByTarget = users;
        }
        return users.getOrDefault(node, List.of());
    }

    /** Returns all edges that are not leaving, roots first. */
    Stream<EdgeState> edges() {
        return Stream.concat(
                        parts.roots.values().stream(),
                        parts.nodes.values().stream().map(NodeState::edges))
                .flatMap(List::stream);
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
        String parent = key.owner() instanceof Node node ? node.name() : key.owner().describe();
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
