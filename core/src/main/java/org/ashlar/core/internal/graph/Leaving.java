package org.ashlar.core.internal.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.spi.BlockNode;

/**
 * What a change takes away, to be released once nobody can be in it any more. Filled while the
 * change is described, by one thread, and read from then on.
 */
final class Leaving {
    private final Set<Node> nodes = new LinkedHashSet<>();
    private final Map<Node, BlockNode> faces = new LinkedHashMap<>();
    private final Set<SourceKey> sources = new LinkedHashSet<>();
    private final List<EdgeState> edges = new ArrayList<>();
    private final Set<EdgeKey> ended = new LinkedHashSet<>();

    /** Takes a node out; returns whether it was not yet. */
    boolean add(Node node) {
        return nodes.add(node);
    }

    /** Takes a node's face out of service. */
    void add(Node node, BlockNode face) {
        faces.put(node, face);
    }

    /** Takes a source out. */
    void add(SourceKey source) {
        sources.add(source);
    }

    /** Leads an edge away from where it leads now. */
    void add(EdgeState edge) {
        edges.add(edge);
    }

    /** Takes an edge out for good. */
    void end(EdgeKey edge) {
        ended.add(edge);
    }

    /** Returns the nodes that are taken out. */
    Set<Node> nodes() {
        return nodes;
    }

    /** Returns the faces that serve no longer. */
    Map<Node, BlockNode> faces() {
        return faces;
    }

    /** Returns the sources that are taken out. */
    Set<SourceKey> sources() {
        return sources;
    }

    /** Returns the edges that lead elsewhere or nowhere afterwards, as they were. */
    List<EdgeState> edges() {
        return edges;
    }

    /** Returns whether this very edge is one of {@link #edges()}. */
    @SuppressWarnings("ReferenceEquality") // the same edge may be leaving the same node twice
    boolean has(EdgeState edge) {
        return edges.stream().anyMatch(own -> own == edge);
    }

    /**
     * Returns the edges of nodes that stay which are taken out for good: nothing may lead them to a
     * node again.
     */
    List<EdgeKey> ended() {
        return ended.stream()
                .filter(edge -> edge.owner() instanceof Node parent && !nodes.contains(parent))
                .toList();
    }

    /**
     * Returns the sources whose requests could be where something is taken away.
     *
     * @param last the graph before the switch
     */
    Set<SourceKey> concerned(Snapshot last) {
        Set<Node> left = new HashSet<>(nodes);
        left.addAll(faces.keySet());
        Set<SourceKey> concerned = new HashSet<>(sources);
        for (EdgeState edge : edges) {
            if (edge.key().owner() instanceof SourceKey source) {
                concerned.add(source);
            } else if (edge.key().owner() instanceof Node parent) {
                left.add(parent);
            }
        }
        concerned.addAll(Reach.sourcesIn(last, left));
        return concerned;
    }
}
