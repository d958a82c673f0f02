package org.ashlar.core.internal.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.jspecify.annotations.Nullable;

/**
 * Checks that what a change adds to the graph gets on with everybody else: edges that stay, edges
 * that are leaving, and edges that other changes under way will add. Stateless.
 */
final class PermissionCheck {

    private PermissionCheck() {}

    /**
     * Checks what a change makes of the graph.
     *
     * @return null if it may be; otherwise the conflict with somebody who is on the way out, or
     *     whose change is under way: it may pass
     * @throws BlockException of kind {@code NOT_PERMITTED} if one of the touched edges and a user
     *     who stays exclude each other
     */
    static @Nullable String passing(Snapshot before, Snapshot after) throws BlockException {
        List<EdgeState> touched = touched(before, after);
        for (EdgeState edge : touched) {
            check(edge, after.edgesTo(edge.target()));
            checkWritable(after, edge);
        }
        checkWriters(before, after);
        Map<Node, List<EdgeState>> transients = EdgeState.byTarget(transients(before));
        try {
            for (EdgeState edge : touched) {
                check(edge, transients.getOrDefault(edge.target(), List.of()));
            }
            return null;
        } catch (BlockException conflict) {
            return conflict.getMessage();
        }
    }

    /** Refuses to make a node read-only that somebody writes. */
    private static void checkWriters(Snapshot before, Snapshot after) throws BlockException {
        for (NodeState state : after.states()) {
            NodeState old = before.state(state.node);
            if (old != null && old.isWritable() && !state.isWritable()) {
                for (EdgeState edge : after.edgesTo(state.node)) {
                    if (writes(edge)) {
                        throw new BlockException(
                                Kind.NOT_PERMITTED,
                                "Read-only block node '%s' cannot support read-write users"
                                        .formatted(state));
                    }
                }
            }
        }
    }

    /**
     * Returns the edges of {@code after} that are new or whose target or permissions differ from
     * {@code before}.
     */
    static List<EdgeState> touched(Snapshot before, Snapshot after) {
        Map<EdgeKey, EdgeState> old = new HashMap<>();
        before.edges().forEach(edge -> old.put(edge.key(), edge));
        return after.edges().filter(edge -> !edge.equals(old.get(edge.key()))).toList();
    }

    private static Stream<EdgeState> transients(Snapshot graph) {
        List<EdgeState> all = new ArrayList<>(graph.parts().leavingEdges());
        graph.parts().leavingNodes().values().forEach(state -> all.addAll(state.edges()));
        graph.parts().reservations().forEach(reservation -> all.addAll(reservation.pending()));
        return all.stream();
    }

    /** Checks an edge against what else leads to its target. */
    private static void check(EdgeState edge, List<EdgeState> users) throws BlockException {
        for (EdgeState other : users) {
            boolean same = other.key().equals(edge.key());
            if (!same && !other.permissions().agreesWith(edge.permissions())) {
                boolean bars = !edge.permissions().shared().containsAll(other.permissions().used());
                throw bars ? conflict(other, edge) : conflict(edge, other);
            }
        }
    }

    private static BlockException conflict(EdgeState user, EdgeState keeper) {
        Set<Permission> both = new HashSet<>(user.permissions().used());
        both.removeAll(keeper.permissions().shared());
        return new BlockException(
                Kind.NOT_PERMITTED,
                "Permission conflict on node '%s': permissions '%s' are both required by %s and unshared by %s."
                        .formatted(user.target(), names(both), describe(user), describe(keeper)));
    }

    private static void checkWritable(Snapshot graph, EdgeState edge) throws BlockException {
        NodeState target = graph.state(edge.target());
        if (writes(edge) && target != null && !target.isWritable()) {
            throw new BlockException(Kind.NOT_PERMITTED, "Block node is read-only");
        }
    }

    private static boolean writes(EdgeState edge) {
        Permissions used = edge.permissions();
        return used.uses(Permission.WRITE) || used.uses(Permission.WRITE_UNCHANGED);
    }

    private static String describe(EdgeState edge) {
        return "%s (uses node '%s' as '%s' child)"
                .formatted(edge.key().owner().describe(), edge.target(), edge.key().name());
    }

    private static String names(Set<Permission> permissions) {
        return permissions.stream()
                .sorted()
                .map(permission -> permission.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
    }
}
