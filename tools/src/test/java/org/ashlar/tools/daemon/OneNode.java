package org.ashlar.tools.daemon;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;

/** A graph of one node of format qcow2, whatever name it is asked for. Immutable. */
record OneNode() implements GraphView {

    @Override
    public long generation() {
        return 0;
    }

    @Override
    public Collection<NodeInfo> nodes() {
        return find("disk").stream().toList();
    }

    @Override
    public Collection<NodeInfo> leaving() {
        return List.of();
    }

    @Override
    public Optional<NodeInfo> find(String nodeName) {
        return Optional.of(
                new NodeInfo(
                        1,
                        nodeName,
                        "qcow2",
                        DriverKind.FORMAT,
                        true,
                        true,
                        false,
                        0,
                        Capabilities.READ_ONLY,
                        Permissions.NONE,
                        NodeSettings.DEFAULT,
                        "disk.qcow2",
                        List.of()));
    }

    @Override
    public List<EdgeInfo> roots() {
        return List.of();
    }

    @Override
    public List<EdgeInfo> parents(String nodeName) {
        return List.of();
    }
}
