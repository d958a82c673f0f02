package org.ashlar.core.internal.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.ashlar.core.internal.chain.Chain;
import org.ashlar.core.internal.graph.NodeState.Derived;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.jspecify.annotations.Nullable;

/**
 * What follows for nodes from their place in the graph: capabilities and chains, from the children
 * up; permissions, from the parents down. Confined to one thread.
 */
final class Derivation {
    private final Map<Node, Capabilities> capabilities = new HashMap<>();
    private final Map<Node, Chain> chains = new HashMap<>();
    private final Map<Node, Permissions> incoming;
    private final Map<Node, Derived> derived = new HashMap<>();

    Derivation(List<Node> nodes, Map<Node, Permissions> incoming) {
        this.incoming = new HashMap<>(incoming);
        nodes.forEach(node -> this.incoming.putIfAbsent(node, Permissions.NONE));
    }

    /** Derives a node that no edge leads to from its children as they stand {@code below}. */
    static Derived ofTop(Node node, Part part, Function<Node, @Nullable NodeState> below) {
        Derivation derivation = new Derivation(List.of(node), Map.of());
        for (EdgeState edge : part.edges) {
            NodeState child = Objects.requireNonNull(below.apply(edge.target()));
            derivation.capabilities.put(edge.target(), child.capabilities);
            derivation.chains.put(edge.target(), child.chain);
        }
        derivation.capabilities(node, part);
        derivation.permissions(node, part);
        return derivation.derived(node);
    }

    /**
     * What a node is made of.
     *
     * @param before what was derived while the same face served, or null: a face that breaks later
     *     must not keep the graph from changing
     */
    record Part(BlockNode face, Traits traits, List<EdgeState> edges, @Nullable NodeState before) {

        Part(BlockNode face, Traits traits, List<EdgeState> edges) {
            this(face, traits, edges, null);
        }

        private Capabilities capabilities(Map<String, Capabilities> ofChildren) {
            try {
                return face.capabilities(ofChildren);
            } catch (RuntimeException | LinkageError broken) {
                if (before == null) {
                    throw broken;
                }
                return before.capabilities;
            }
        }

        private Permissions needs(EdgeState edge, Permissions fromParents, boolean writable) {
            try {
                return face.permissionsOn(edge.key().role(), fromParents, writable);
            } catch (RuntimeException | LinkageError broken) {
                if (before == null) {
                    throw broken;
                }
                return edge.permissions();
            }
        }
    }

    /** Derives what a node can do and what lies below it; its children first. */
    void capabilities(Node node, Part part) {
        Map<String, Capabilities> ofChildren = new LinkedHashMap<>();
        for (EdgeState edge : part.edges) {
            ofChildren.put(
                    edge.key().name(), Objects.requireNonNull(capabilities.get(edge.target())));
        }
        Capabilities able = part.capabilities(ofChildren);
        if (part.traits.settings().readOnly() || part.traits.corrupt()) {
            able = able.without(Feature.WRITE, Feature.RESIZE);
        }
        if (!part.traits.settings().unmap()) {
            able = able.without(Feature.DISCARD);
        }
        capabilities.put(node, able);
        chains.put(node, chain(node, part));
    }

    private Chain chain(Node node, Part part) {
        Chain before = part.before == null ? null : part.before.chain;
        for (EdgeState edge : part.edges) {
            if (edge.key().role() == ChildRole.BACKING) {
                Chain below = chains.get(edge.target());
                return Chain.of(new Chain.Layer(node, part.face, edge.key(), below), before);
            }
        }
        return Chain.of(new Chain.Layer(node, part.face, null, null), before);
    }

    /** Derives what a node needs of its children; its parents first, capabilities before. */
    void permissions(Node node, Part part) {
        Capabilities able = Objects.requireNonNull(capabilities.get(node));
        Permissions cumulative = Objects.requireNonNull(incoming.get(node));
        List<EdgeState> edges = new ArrayList<>(part.edges.size());
        for (EdgeState edge : part.edges) {
            Permissions needed = part.needs(edge, cumulative, able.has(Feature.WRITE));
            edges.add(edge.with(needed));
            incoming.merge(edge.target(), needed, Permissions::and);
        }
        derived.put(
                node,
                new Derived(able, edges, cumulative, Objects.requireNonNull(chains.get(node))));
    }

    /** Returns what was derived for a node. */
    Derived derived(Node node) {
        return Objects.requireNonNull(derived.get(node));
    }
}
