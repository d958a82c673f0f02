package org.ashlar.spi.graph;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.osgi.annotation.versioning.ProviderType;

/** One snapshot of the graph: nodes and edges as they stood at one moment. Immutable. */
@ProviderType
public interface GraphView {

    /** Returns how many snapshots were published before this one. */
    long generation();

    /** Returns every node that is not leaving, in the order they came. */
    Collection<NodeInfo> nodes();

    /** Returns every node that is leaving. */
    Collection<NodeInfo> leaving();

    /** Returns the node of that name that is not leaving. */
    Optional<NodeInfo> find(String nodeName);

    /** Returns the root edges of every source. */
    List<EdgeInfo> roots();

    /** Returns the edges that lead to a node, from nodes and sources. */
    List<EdgeInfo> parents(String nodeName);

    /**
     * Returns the node of that name.
     *
     * @throws BlockException of kind {@code NOT_FOUND}
     */
    default NodeInfo node(String nodeName) throws BlockException {
        return find(nodeName)
                .orElseThrow(() ->
                        new BlockException(
                                BlockException.Kind.NOT_FOUND,
                                "Cannot find device='' nor node-name='" + nodeName + "'"));
    }

    /** Returns a node's edge in {@code role}, if it has one. */
    default Optional<EdgeInfo> edge(String nodeName, ChildRole role) throws BlockException {
        return node(nodeName).children().stream().filter(edge -> edge.role() == role).findFirst();
    }

    /** Returns the node below in the chain: what a filter filters, or an overlay's backing node. */
    default Optional<NodeInfo> below(String nodeName) throws BlockException {
        for (EdgeInfo edge : node(nodeName).children()) {
            if (edge.role() == ChildRole.FILTERED || edge.role() == ChildRole.BACKING) {
                return Optional.of(node(edge.target()));
            }
        }
        return Optional.empty();
    }
}
