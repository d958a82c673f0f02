package org.ashlar.monitor.qmp.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;

/** A graph as a test describes it. Immutable. */
record FakeGraph(Collection<NodeInfo> nodes, List<EdgeInfo> roots) implements GraphView {

    static final GraphView EMPTY = new FakeGraph(List.of(), List.of());

    /** Returns an edge from a node. */
    static EdgeInfo edge(String parent, String name, ChildRole role, String target) {
        return new EdgeInfo(
                new FakeChild(name, role),
                parent,
                false,
                false,
                name,
                role,
                target,
                Permissions.READ);
    }

    /** Returns an edge from a source that reads and writes. */
    static EdgeInfo root(String source, String target) {
        return new EdgeInfo(
                new FakeChild("root", ChildRole.FILTERED),
                source,
                true,
                false,
                "root",
                ChildRole.FILTERED,
                target,
                Permissions.WRITE_EXCLUSIVE);
    }

    /** Returns a node of {@code driver} whose parents use what they are said to. */
    static NodeInfo node(
            String name, String driver, Set<Permissions.Permission> used, EdgeInfo... children) {
        return new NodeInfo(
                name.hashCode(),
                name,
                driver,
                children.length == 0 ? DriverKind.PROTOCOL : DriverKind.FORMAT,
                true,
                true,
                false,
                0,
                Capabilities.READ_ONLY,
                new Permissions(used, Set.of()),
                NodeSettings.DEFAULT,
                name + ".img",
                List.of(children));
    }

    @Override
    public long generation() {
        return 0;
    }

    @Override
    public Collection<NodeInfo> leaving() {
        return List.of();
    }

    @Override
    public Optional<NodeInfo> find(String nodeName) {
        return nodes.stream().filter(node -> node.name().equals(nodeName)).findFirst();
    }

    @Override
    public List<EdgeInfo> parents(String nodeName) {
        List<EdgeInfo> edges = new ArrayList<>(roots);
        nodes.forEach(node -> edges.addAll(node.children()));
        return edges.stream().filter(edge -> edge.target().equals(nodeName)).toList();
    }
}
