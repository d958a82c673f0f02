package org.ashlar.core.internal.graph;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ashlar.spi.Permissions;
import org.jspecify.annotations.Nullable;

/**
 * An edge in one snapshot. Immutable.
 *
 * @param key which edge
 * @param target where it leads
 * @param permissions what its owner uses and shares
 */
public record EdgeState(EdgeKey key, Node target, Permissions permissions) {

    /** Returns which edges lead where. */
    static Map<Node, List<EdgeState>> byTarget(Stream<EdgeState> edges) {
        return edges.collect(Collectors.groupingBy(EdgeState::target));
    }

    /** Returns the edge led elsewhere. */
    EdgeState to(Node node) {
        return new EdgeState(key, node, permissions);
    }

    /** Returns the edge with other permissions. */
    EdgeState with(Permissions other) {
        return permissions.equals(other) ? this : new EdgeState(key, target, other);
    }

    // Written out, as the first use of what the compiler makes costs every start some milliseconds.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EdgeState edge
                && key.equals(edge.key)
                && target.equals(edge.target)
                && permissions.equals(edge.permissions);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }
}
