package org.ashlar.jobs.internal.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;

/** A snapshot as a test describes it, from the bottom up. Immutable once described. */
final class FakeGraph implements GraphView {
    private final Map<String, NodeInfo> nodes = new LinkedHashMap<>();
    private final long firstId;

    FakeGraph() {
        this(1);
    }

    /** Makes a graph whose nodes are others than those of a graph with other ids. */
    FakeGraph(long firstId) {
        this.firstId = firstId;
    }

    /** Adds a format node {@code name} over {@code below}, stored in {@code name.img}. */
    FakeGraph overlay(String name, String below, Child edge) {
        return add(name, DriverKind.FORMAT, ChildRole.BACKING, below, edge);
    }

    FakeGraph filter(String name, String below, Child edge) {
        return add(name, DriverKind.FILTER, ChildRole.FILTERED, below, edge);
    }

    FakeGraph leaf(String name) {
        return add(name, DriverKind.FORMAT, List.of());
    }

    FakeGraph protocol(String name) {
        return add(name, DriverKind.PROTOCOL, List.of());
    }

    private FakeGraph add(String name, DriverKind kind, ChildRole role, String below, Child edge) {
        EdgeInfo info =
                new EdgeInfo(edge, name, false, false, edge.name(), role, below, Permissions.READ);
        return add(name, kind, List.of(info));
    }

    private FakeGraph add(String name, DriverKind kind, List<EdgeInfo> edges) {
        nodes.put(
                name,
                new NodeInfo(
                        firstId + nodes.size(),
                        name,
                        kind == DriverKind.FILTER ? "throttle" : "overlay",
                        kind,
                        false,
                        true,
                        false,
                        0,
                        Capabilities.READ_ONLY,
                        Permissions.READ,
                        NodeSettings.DEFAULT,
                        kind == DriverKind.FILTER ? "" : name + ".img",
                        edges));
        return this;
    }

    @Override
    public long generation() {
        return firstId;
    }

    @Override
    public Collection<NodeInfo> nodes() {
        return nodes.values();
    }

    @Override
    public Collection<NodeInfo> leaving() {
        return List.of();
    }

    @Override
    public Optional<NodeInfo> find(String nodeName) {
        return Optional.ofNullable(nodes.get(nodeName));
    }

    @Override
    public List<EdgeInfo> roots() {
        return List.of();
    }

    @Override
    public List<EdgeInfo> parents(String nodeName) {
        List<EdgeInfo> parents = new ArrayList<>();
        for (NodeInfo node : nodes.values()) {
            node.children().stream()
                    .filter(edge -> edge.target().equals(nodeName))
                    .forEach(parents::add);
        }
        return parents;
    }
}
