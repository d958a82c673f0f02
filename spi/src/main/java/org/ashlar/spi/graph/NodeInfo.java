package org.ashlar.spi.graph;

import java.util.List;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;

/**
 * One node of a snapshot. Immutable.
 *
 * @param id unique for the life of the graph, never used again
 * @param name unique among the nodes of a snapshot that are not leaving
 * @param driver the driver's name
 * @param kind what it stands for
 * @param named whether a user named it or added it by itself, rather than it being opened as
 *     another node's child
 * @param writable whether it may be written: neither read-only nor inactive
 * @param leaving whether it is out of the graph for new requests
 * @param drained how many drains hold it
 * @param capabilities what it can do
 * @param cumulative what all its parents together use and share
 * @param settings what it was told
 * @param fileName the file it shows, as users write it; empty if there is none
 * @param children its edges in the order they were attached
 */
public record NodeInfo(
        long id,
        String name,
        String driver,
        DriverKind kind,
        boolean named,
        boolean writable,
        boolean leaving,
        int drained,
        Capabilities capabilities,
        Permissions cumulative,
        NodeSettings settings,
        String fileName,
        List<EdgeInfo> children) {

    public NodeInfo {
        children = List.copyOf(children);
    }
}
