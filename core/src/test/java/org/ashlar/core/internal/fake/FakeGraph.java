package org.ashlar.core.internal.fake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;

/** A graph of nodes without edges, and of given roots. Immutable. */
public record FakeGraph(List<NodeInfo> all, List<EdgeInfo> roots) implements GraphView {

    /** A graph with a writable and a read-only node. */
    public static final FakeGraph TWO_NODES =
            new FakeGraph(List.of(node("disk", true), node("cdrom", false)), List.of());

    private static NodeInfo node(String name, boolean writable) {
        return new NodeInfo(
                0,
                name,
                "fake",
                DriverKind.PROTOCOL,
                true,
                writable,
                false,
                0,
                Capabilities.READ_ONLY,
                Permissions.NONE,
                NodeSettings.DEFAULT,
                "",
                List.of());
    }

    /** Returns this graph with one more root. */
    public FakeGraph withRoot(EdgeInfo root) {
        List<EdgeInfo> more = new ArrayList<>(roots);
        more.add(root);
        return new FakeGraph(all, more);
    }

    @Override
    public long generation() {
        return 0;
    }

    @Override
    public Collection<NodeInfo> nodes() {
        return all;
    }

    @Override
    public Collection<NodeInfo> leaving() {
        return List.of();
    }

    @Override
    public Optional<NodeInfo> find(String nodeName) {
        return all.stream().filter(node -> node.name().equals(nodeName)).findFirst();
    }

    @Override
    public List<EdgeInfo> parents(String nodeName) {
        return List.of();
    }

    @Override
    public NodeInfo node(String nodeName) throws BlockException {
        return GraphView.super.node(nodeName);
    }
}
