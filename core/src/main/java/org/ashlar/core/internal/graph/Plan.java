package org.ashlar.core.internal.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.ChangePlan;

/**
 * What one change wants, collected against one snapshot; its edits are by identity, so that they
 * can be applied to the snapshot of the switch as well. Confined to the thread that applies the
 * change.
 */
public final class Plan implements ChangePlan {
    private final Snapshot now;
    private final List<Consumer<Draft>> edits = new ArrayList<>();
    private final List<OutsideStep> steps = new ArrayList<>();
    private final Map<Owner, Hold> held = new HashMap<>();
    private final Set<Node> newTargets = new HashSet<>();
    private final Set<Node> added = new HashSet<>();

    /** Children of added nodes that are to be added, too. */
    private final Map<Node, Node> expected = new HashMap<>();

    private final Set<EdgeKey> edges = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private final Set<Node> fenced = new LinkedHashSet<>();
    private final Set<Node> rerouted = new HashSet<>();
    private final Set<Node> drained = new LinkedHashSet<>();
    private final Set<Node> gated = new LinkedHashSet<>();
    private final Set<Node> kept = new LinkedHashSet<>();
    private final Leaving leaving = new Leaving();
    private boolean abandoned;

    public Plan(Snapshot now) {
        this.now = now;
    }

    private EdgeState find(Child edge) throws BlockException {
        EdgeState state = now.edge(EdgeHandle.keyOf(edge));
        if (state == null) {
            throw new BlockException(Kind.NOT_FOUND, "edge '" + edge + "' is not in the graph");
        }
        return state;
    }

    @Override
    public void reserve(String nodeName) throws BlockException {
        hold(now.require(nodeName).node, Hold.SHAPE);
    }

    @Override
    public void retarget(Child edge, String nodeName) throws BlockException {
        EdgeState state = find(edge);
        Node target = now.require(nodeName).node;
        alter(state);
        lead(target);
        edits.add(draft -> draft.retarget(state.key(), target));
    }

    @Override
    public void attach(String parentName, String edgeName, ChildRole role, String nodeName)
            throws BlockException {
        Node parent = now.require(parentName).node;
        EdgeKey key = parent.vacant().get(edgeName);
        if (key == null || key.role() != role || now.edge(key) != null) {
            throw BlockException.invalid(
                    "Node '%s' has no free '%s' child".formatted(parentName, edgeName));
        }
        Node target = now.require(nodeName).node;
        hold(parent, Hold.ALTERED);
        edges.add(key);
        lead(target);
        edits.add(draft -> draft.attach(new EdgeState(key, target, Permissions.NONE)));
    }

    /** Gives a node an edge that it never had; its slot is the caller's until the switch. */
    public void attach(EdgeState edge) throws BlockException {
        if (now.state(edge.target()) == null) {
            throw new BlockException(
                    Kind.NOT_FOUND, "Node '%s' has gone".formatted(edge.target().name()));
        }
        hold(edge.key().owner(), Hold.ALTERED);
        edges.add(edge.key());
        lead(edge.target());
        edits.add(draft -> draft.attach(edge));
    }

    /** Adds a root edge. */
    public void attach(EdgeKey root, String nodeName, Permissions permissions)
            throws BlockException {
        if (root.owner() instanceof SourceKey source && !now.has(source)) {
            throw new BlockException(Kind.GONE, source.label() + " is closed");
        }
        Node target = now.require(nodeName).node;
        lead(target);
        hold(root.owner(), Hold.ALTERED);
        edges.add(root);
        edits.add(draft -> draft.attach(new EdgeState(root, target, permissions)));
    }

    /** Gives a root edge other permissions. */
    public void permissions(EdgeKey root, Permissions permissions) throws BlockException {
        find(root);
        hold(root.owner(), Hold.ALTERED);
        edges.add(root);
        edits.add(draft -> draft.permissions(root, permissions));
    }

    @Override
    public void detach(Child edge) throws BlockException {
        EdgeState state = find(edge);
        alter(state);
        if (state.key().owner() instanceof Node parent
                && !parent.vacant().containsValue(state.key())) {
            leaving.end(state.key());
        }
        edits.add(draft -> draft.detach(state.key()));
    }

    private void hold(Owner owner, Hold hold) {
        held.merge(owner, hold, (one, other) -> one.compareTo(other) > 0 ? one : other);
    }

    private void lead(Node target) {
        hold(target, Hold.PRESENT);
        newTargets.add(target);
    }

    private void alter(EdgeState state) {
        edges.add(state.key());
        leaving.add(state);
        hold(state.key().owner(), Hold.ALTERED);
    }

    @Override
    public void remove(String nodeName) throws BlockException {
        removeNode(now.require(nodeName));
    }

    private void removeNode(NodeState state) {
        if (leaving.add(state.node)) {
            hold(state.node, Hold.ALONE);
            state.edges().forEach(edge -> edges.add(edge.key()));
            edits.add(draft -> draft.leave(state.node));
            removeSource(state.node.background());
        }
    }

    /**
     * Completes the description: takes out every node that nobody named and that nobody uses any
     * more, lets nobody write what is taken out, and holds the storage that steps write to.
     *
     * @throws BlockException of kind {@code BUSY} if a node is taken out that is still used
     */
    void finish() throws BlockException {
        requireExpected();
        removeUnused();
        for (Node node : leaving.nodes()) {
            if (isUsed(node)) {
                throw new BlockException(Kind.BUSY, "Node '" + node.name() + "' is in use");
            }
            NodeState state = now.state(node);
            if (state != null && state.isWritable() && !abandoned) {
                fenced.add(node);
            }
        }
        if (!steps.isEmpty() || !leaving.nodes().isEmpty() || !kept.isEmpty()) {
            holdStorage();
        }
    }

    private void requireExpected() throws BlockException {
        for (Map.Entry<Node, Node> edge : expected.entrySet()) {
            if (!added.contains(edge.getKey())) {
                throw new BlockException(
                        Kind.NOT_FOUND,
                        "Node '%s', a child of node '%s', has gone"
                                .formatted(edge.getKey().name(), edge.getValue().name()));
            }
        }
    }

    /** What acts outside memory writes through nodes that must stay, and serve, meanwhile. */
    private void holdStorage() {
        ArrayDeque<Node> open = new ArrayDeque<>();
        held.keySet().stream()
                .filter(owner -> owner instanceof Node)
                .forEach(owner -> open.add((Node) owner));
        Set<Node> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Node node = open.remove();
            NodeState state = now.state(node);
            if (state != null && seen.add(node)) {
                for (EdgeState edge : state.edges()) {
                    if (edge.key().role() != ChildRole.BACKING || kept.contains(node)) {
                        hold(edge.target(), Hold.PRESENT);
                        open.add(edge.target());
                    }
                }
            }
        }
    }

    private void removeUnused() {
        ArrayDeque<Node> suspects = new ArrayDeque<>();
        leaving.edges().forEach(edge -> suspects.add(edge.target()));
        leaving.nodes().forEach(node -> addChildren(node, suspects));
        while (!suspects.isEmpty()) {
            NodeState state = now.state(suspects.remove());
            if (state != null
                    && !state.traits().named()
                    && !leaving.nodes().contains(state.node)
                    && !isUsed(state.node)) {
                removeNode(state);
                addChildren(state.node, suspects);
            }
        }
    }

    private void addChildren(Node node, ArrayDeque<Node> into) {
        NodeState state = now.state(node);
        if (state != null) {
            state.edges().forEach(edge -> into.add(edge.target()));
        }
    }

    private boolean isUsed(Node node) {
        if (newTargets.contains(node)) {
            return true;
        }
        for (EdgeState edge : now.edgesTo(node)) {
            boolean goes =
                    leaving.edges().contains(edge)
                            || (edge.key().owner() instanceof Node parent
                                    && leaving.nodes().contains(parent));
            if (!goes) {
                return true;
            }
        }
        return false;
    }

    /** Takes out a source with its roots. */
    public void removeSource(SourceKey source) {
        leaving.add(source);
        hold(source, Hold.ALONE);
        for (EdgeState root : now.parts().roots().getOrDefault(source, List.of())) {
            edges.add(root.key());
            leaving.add(root);
        }
        edits.add(draft -> draft.remove(source));
    }

    /** Adds a node that has been opened, with its edges and the source of its own work. */
    public void add(Node node, BlockNode face, Traits traits, List<EdgeState> nodeEdges)
            throws BlockException {
        if (now.state(node.name()) != null || !names.add(node.name())) {
            throw BlockException.invalid("Duplicate nodes with node-name='" + node.name() + "'");
        }
        added.add(node);
        for (EdgeState edge : nodeEdges) {
            if (now.state(edge.target()) != null) {
                lead(edge.target());
            } else {
                expected.put(edge.target(), node);
            }
        }
        edits.add(draft -> draft.add(node, face, traits, nodeEdges).add(node.background()));
    }

    /** Lets another face serve a node. */
    public void replaceFace(String nodeName, BlockNode face, Traits traits) throws BlockException {
        NodeState state = now.require(nodeName);
        hold(state.node, Hold.ALONE);
        leaving.add(state.node, state.face);
        edits.add(draft -> draft.face(state.node, face, traits));
    }

    @Override
    public void fenceWrites(String nodeName) throws BlockException {
        Node node = now.require(nodeName).node;
        fenced.add(node);
        rerouted.add(node);
    }

    /** Lets no write above the node be in flight at the switch. */
    void fence(Node node) {
        fenced.add(node);
    }

    @Override
    public void drain(String nodeName) throws BlockException {
        drained.add(now.require(nodeName).node);
    }

    /**
     * Keeps a node to the change, which acts on it beside the graph: its face, its edges, and the
     * nodes that they lead to stay. Others may lead edges to it.
     */
    public void keep(String nodeName) throws BlockException {
        Node node = now.require(nodeName).node;
        hold(node, Hold.ALTERED);
        kept.add(node);
    }

    /** Holds back all new requests above a node, not waiting for those in flight. */
    public void gate(String nodeName) throws BlockException {
        gated.add(now.require(nodeName).node);
    }

    @Override
    public void outside(OutsideStep step) {
        steps.add(step);
    }

    // What the change is carried out by.

    Reservation.Wants wants() {
        return new Reservation.Wants(
                held, edges, names, new Reservation.Usage(newTargets, rerouted));
    }

    /** Returns the graph as the change will have it. */
    Draft applyTo(Draft draft) {
        edits.forEach(edit -> edit.accept(draft));
        return draft;
    }

    List<OutsideStep> steps() {
        return steps;
    }

    Set<Node> fenced() {
        return fenced;
    }

    /** Returns the nodes to drain. */
    Set<Node> drained() {
        return drained;
    }

    /** Takes nodes out although they could not write out what they keep: it is lost. */
    public void abandon() {
        abandoned = true;
    }

    /** Returns whether what is taken out is to write out what it keeps. */
    boolean isOrderly() {
        return !abandoned;
    }

    /** Returns the nodes that all new requests are held back from. */
    Set<Node> gated() {
        Set<Node> all = new LinkedHashSet<>(drained);
        all.addAll(gated);
        return all;
    }

    /** Returns what is taken away. */
    Leaving leaving() {
        return leaving;
    }
}
