package org.ashlar.core.internal.open;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.io.Edge;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.option.OptionTree;

/**
 * The edges that a node is to have after its reopening: which lead elsewhere, which are new, which
 * go. Confined to one thread.
 *
 * <p>Invariant I1: every edge of {@code fresh} is in {@code edges} or was replaced there, and its
 * slot is given back unless the reopening is published.
 */
final class WantedEdges {
    private final OpenServices services;
    private final Snapshot now;
    private final NodeState node;
    private final OptionTree options;
    private final List<EdgeState> edges;
    private final List<Edge> fresh = new ArrayList<>();

    /** The edges of each list option that changes, in the options' order. */
    private final Map<String, List<EdgeKey>> changedLists = new HashMap<>();

    WantedEdges(OpenServices services, Snapshot now, NodeState node, OptionTree options) {
        this.services = services;
        this.now = now;
        this.node = node;
        this.options = options;
        this.edges = new ArrayList<>(node.edges());
    }

    /** Works out what the options say of every child that the driver may have. */
    WantedEdges read(BlockDriver driver, boolean namesBacking) throws BlockException {
        for (ChildOption child : driver.childOptions()) {
            if (child.list()) {
                readList(child);
            } else if (options.has(child.name())) {
                readOne(child);
            } else if (child.required()) {
                throw BlockException.invalid("Parameter '" + child.name() + "' is missing");
            } else if (child.role() == ChildRole.BACKING && (namesBacking || has(child.name()))) {
                throw BlockException.invalid(
                        child.name() + " is missing for '" + node.name() + "'");
            }
        }
        return this;
    }

    /** Returns the edges as they are to be. */
    List<EdgeState> edges() {
        return edges;
    }

    private boolean has(String name) {
        return edge(name).isPresent();
    }

    private Optional<EdgeState> edge(String name) {
        return edges.stream().filter(edge -> edge.key().name().equals(name)).findFirst();
    }

    private void readOne(ChildOption child) throws BlockException {
        String name = child.name();
        Object given = options.find(name).orElseThrow();
        Optional<EdgeState> edge = edge(name);
        boolean emptyBacking = given.equals("") && child.role() == ChildRole.BACKING;
        if (given.equals(OptionTree.NONE) || emptyBacking) {
            if (child.required()) {
                throw BlockException.invalid(
                        "A block device must be specified for \"" + name + "\"");
            }
            edge.ifPresent(edges::remove);
        } else if (given instanceof String reference) {
            lead(child, edge, now.require(reference).node);
        } else {
            Node described = edge.map(EdgeState::target).orElse(null);
            Description.of(given).requireOf(name, described == null ? null : now.state(described));
        }
    }

    private void lead(ChildOption child, Optional<EdgeState> edge, Node target)
            throws BlockException {
        if (edge.isPresent()) {
            EdgeState led = new EdgeState(edge.get().key(), target, edge.get().permissions());
            edges.set(edges.indexOf(edge.get()), led);
            return;
        }
        EdgeKey vacant = node.node.vacant().get(child.name());
        if (vacant == null) {
            throw BlockException.invalid(
                    "Node '%s' has no free '%s' child".formatted(node.name(), child.name()));
        }
        edges.add(new EdgeState(vacant, target, Permissions.NONE));
    }

    /** What is led to a node that stays stays, under its name; the rest is new or goes. */
    private void readList(ChildOption child) throws BlockException {
        List<Object> wanted =
                options.list(child.name())
                        .orElseThrow(() ->
                                BlockException.invalid(
                                        "Parameter '" + child.name() + "' is missing"));
        List<EdgeState> left = new ArrayList<>(edges);
        left.removeIf(edge -> !edge.key().name().startsWith(child.name() + "."));
        List<EdgeState> before = List.copyOf(left);
        int next = nextIndex(child.name());
        List<EdgeState> list = new ArrayList<>();
        for (Object given : wanted) {
            Optional<EdgeState> kept = take(left, given);
            if (kept.isPresent()) {
                list.add(kept.get());
            } else if (given instanceof String reference) {
                list.add(
                        fresh(
                                child.name() + "." + next,
                                child.role(),
                                now.require(reference).node));
                next++;
            } else {
                Description.of(given).requireOf(child.name() + "." + list.size(), null);
            }
        }
        if (!list.equals(before)) {
            changedLists.put(child.name(), list.stream().map(EdgeState::key).toList());
        }
        edges.removeAll(left);
        list.stream().filter(edge -> !before.contains(edge)).forEach(edges::add);
    }

    private Optional<EdgeState> take(List<EdgeState> left, Object given) {
        Optional<EdgeState> found =
                left.stream()
                        .filter(edge ->
                                given instanceof String name
                                        ? edge.target().name().equals(name)
                                        : Description.of(given).isOf(now.state(edge.target())))
                        .findFirst();
        found.ifPresent(left::remove);
        return found;
    }

    private int nextIndex(String list) {
        int next = 0;
        for (EdgeState edge : edges) {
            if (edge.key().name().startsWith(list + ".")) {
                String index = edge.key().name().substring(list.length() + 1);
                next = Math.max(next, Integer.parseInt(index) + 1);
            }
        }
        return next;
    }

    private EdgeState fresh(String name, ChildRole role, Node target) {
        Edge edge = new Edge(node.node, services.graph().takeEdgeSlot(), name, role, services.io());
        fresh.add(edge); // I1
        return new EdgeState(edge, target, Permissions.NONE);
    }

    /** Returns the edge of that name, in that role. */
    EdgeKey attach(String name, ChildRole role) throws BlockException {
        EdgeState edge =
                edge(name)
                        .orElseThrow(() ->
                                BlockException.invalid(
                                        "A block device must be specified for \"" + name + "\""));
        if (edge.key().role() == role) {
            return edge.key();
        }
        EdgeState other = fresh(name, role, edge.target());
        edges.set(edges.indexOf(edge), other);
        return other.key();
    }

    /** Returns the edges of a list option in the options' order. */
    List<EdgeKey> attachAll(String name) {
        List<EdgeKey> changed = changedLists.remove(name);
        return changed != null
                ? changed
                : edges.stream()
                        .map(EdgeState::key)
                        .filter(edge -> edge.name().startsWith(name + "."))
                        .toList();
    }

    /** Refuses another list where the driver did not take it. */
    void requireTaken() throws BlockException {
        for (String name : changedLists.keySet()) {
            throw BlockException.invalid("Cannot change the option '" + name + "'");
        }
    }

    /** Gives back what was taken for a reopening that is not published. */
    void discard() {
        fresh.forEach(edge -> services.graph().giveEdgeSlot(edge.slot()));
    }
}
