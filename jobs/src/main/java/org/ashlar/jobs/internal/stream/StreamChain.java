package org.ashlar.jobs.internal.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;

/**
 * The part of a chain that a stream job copies, in one snapshot: from the node the user named down
 * to the bottom, and the base below it. Immutable.
 *
 * @param nodes the node the user named, and all below it, filters included, down to the bottom
 * @param base the node below the bottom, if there is one
 */
record StreamChain(List<NodeInfo> nodes, Optional<NodeInfo> base) {

    StreamChain {
        nodes = List.copyOf(nodes);
    }

    /**
     * Finds the chain that the options describe.
     *
     * @throws BlockException of kind {@code NOT_FOUND} or {@code INVALID}, worded as the reference
     *     words it
     */
    static StreamChain find(GraphView graph, StreamOptions options) throws BlockException {
        List<NodeInfo> all = below(graph, options.device());
        int base = baseIndex(graph, options, all);
        StreamChain chain =
                new StreamChain(
                        all.subList(0, base),
                        base < all.size() ? Optional.of(all.get(base)) : Optional.empty());
        if (chain.nodes.stream().allMatch(StreamChain::isFilter)) {
            throw BlockException.invalid(
                    "'%s' is not in the backing chain of '%s'"
                            .formatted(all.get(base).name(), options.device()));
        }
        boolean namesBase = options.base().or(options::baseNode).isPresent();
        if (options.backingFile().isPresent() && !(namesBase && chain.base.isPresent())) {
            throw BlockException.invalid("backing file specified, but streaming the entire chain");
        }
        return chain;
    }

    /** Finds the same nodes in a later snapshot, with what lies below them then. */
    StreamChain in(GraphView now) throws BlockException {
        List<NodeInfo> all = below(now, nodes.getFirst().name());
        boolean same = all.size() >= nodes.size();
        for (int i = 0; same && i < nodes.size(); i++) {
            same = all.get(i).id() == nodes.get(i).id();
        }
        if (!same) {
            throw new BlockException(
                    BlockException.Kind.BUSY,
                    "The chain of node '%s' has changed".formatted(nodes.getFirst().name()));
        }
        return new StreamChain(
                all.subList(0, nodes.size()), all.stream().skip(nodes.size()).findFirst());
    }

    private static List<NodeInfo> below(GraphView graph, String device) throws BlockException {
        Optional<NodeInfo> at =
                Optional.of(
                        graph.find(device)
                                .orElseThrow(() ->
                                        notFound(
                                                "Cannot find device='%1$s' nor"
                                                        + " node-name='%1$s'",
                                                device)));
        List<NodeInfo> all = new ArrayList<>();
        while (at.isPresent()) {
            all.add(at.get());
            at = graph.below(at.get().name());
        }
        return all;
    }

    /** Returns where in the chain the base is; the chain's length if there is none. */
    private static int baseIndex(GraphView graph, StreamOptions options, List<NodeInfo> all)
            throws BlockException {
        if (options.base().isPresent()) {
            return indexOfFile(options.base().get(), all);
        }
        if (options.baseNode().isPresent()) {
            return indexOfBase(graph, options.baseNode().get(), all);
        }
        return options.bottom().isPresent()
                ? indexOfBottom(graph, options.bottom().get(), all) + 1
                : all.size();
    }

    private static int indexOfFile(String fileName, List<NodeInfo> all) throws BlockException {
        for (int i = 1; i < all.size(); i++) {
            if (!isFilter(all.get(i)) && FileNames.isSame(all.get(i).fileName(), fileName)) {
                return i;
            }
        }
        throw notFound("Can't find '%s' in the backing chain", fileName);
    }

    private static int indexOfBase(GraphView graph, String name, List<NodeInfo> all)
            throws BlockException {
        int index = indexOf(graph, name, all);
        if (index < 1) {
            throw BlockException.invalid(
                    "Node '%s' is not a backing image of '%s'"
                            .formatted(name, all.getFirst().name()));
        }
        return index;
    }

    private static int indexOfBottom(GraphView graph, String name, List<NodeInfo> all)
            throws BlockException {
        int index = indexOf(graph, name, all);
        if (isFilter(graph.node(name))) {
            throw BlockException.invalid(
                    "Node '%s' is a filter, use a non-filter node as 'bottom'".formatted(name));
        }
        if (index < 0) {
            throw BlockException.invalid(
                    "Node '%s' is not in a chain starting from '%s'"
                            .formatted(name, all.getFirst().name()));
        }
        return index;
    }

    private static int indexOf(GraphView graph, String name, List<NodeInfo> all)
            throws BlockException {
        if (graph.find(name).isEmpty()) {
            throw notFound("Cannot find device='' nor node-name='%s'", name);
        }
        return all.stream().map(NodeInfo::name).toList().indexOf(name);
    }

    private static BlockException notFound(String format, String name) {
        return new BlockException(BlockException.Kind.NOT_FOUND, format.formatted(name));
    }

    private static boolean isFilter(NodeInfo node) {
        return node.kind() == DriverKind.FILTER;
    }

    /** Returns the overlay that is filled: the first node that is no filter. */
    NodeInfo overlay() {
        return nodes.stream().filter(node -> !isFilter(node)).findFirst().orElseThrow();
    }

    /** Returns how many layers there are from the overlay to the bottom, filters not counted. */
    int layers() {
        return (int) nodes.stream().filter(node -> !isFilter(node)).count();
    }

    /** Returns whether nodes lie between the overlay and the base. */
    boolean hasNodesBetween() {
        return nodes.getLast().id() != overlay().id();
    }

    /** Returns the edges of the chain from the first node to the bottom. */
    List<EdgeInfo> edges() {
        List<EdgeInfo> edges = new ArrayList<>();
        for (int i = 0; i + 1 < nodes.size(); i++) {
            edges.add(edgeBelow(nodes.get(i), nodes.get(i + 1)));
        }
        return edges;
    }

    /** Returns the edge from the bottom to the base, if there is one. */
    Optional<EdgeInfo> edgeToBase() {
        return base.map(node -> edgeBelow(nodes.getLast(), node));
    }

    /** Returns the edge by which the overlay leads to what is below it; there are nodes between. */
    EdgeInfo overlayEdge() {
        int overlay = nodes.indexOf(overlay());
        return edgeBelow(nodes.get(overlay), nodes.get(overlay + 1));
    }

    private static EdgeInfo edgeBelow(NodeInfo parent, NodeInfo child) {
        return parent.children().stream()
                .filter(edge ->
                        edge.target().equals(child.name())
                                && switch (edge.role()) {
                                    case FILTERED, BACKING -> true;
                                    case IMAGE, DATA, METADATA -> false;
                                })
                .findFirst()
                .orElseThrow();
    }
}
