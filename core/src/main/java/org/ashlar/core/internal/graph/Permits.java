package org.ashlar.core.internal.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Permissions;
import org.jspecify.annotations.Nullable;

/**
 * What nodes hold outside, such as locks on files, while permissions change: the sum of old and new
 * before the switch, the new alone once it has settled. Confined to one change.
 */
final class Permits {
    private final GraphState graph;
    private final Control control;
    private final Snapshot before;
    private final Snapshot result;
    private final List<NodeState> raised = new ArrayList<>();

    Permits(GraphState graph, Control control, Snapshot before, Snapshot result) {
        this.graph = graph;
        this.control = control;
        this.before = before;
        this.result = result;
    }

    /** Makes every node whose users change hold what old and new users need together. */
    @SuppressWarnings("ReferenceEquality") // which face, not what it thinks it equals
    void raise() throws IOException {
        for (NodeState after : result.states()) {
            NodeState old = before.state(after.node);
            boolean same =
                    old != null
                            && old.cumulative().equals(after.cumulative())
                            && old.face == after.face;
            if (!same) {
                raised.add(after);
                hold(
                        after.node,
                        now -> {
                            Permissions sum = after.cumulative().and(needed(now, after.node));
                            return new Holder(
                                    after.face, old == null ? sum : sum.and(old.cumulative()));
                        });
            }
        }
    }

    /** Takes back what was raised; an error is added to the reason. */
    void lower(Throwable reason) {
        for (NodeState state : raised) {
            NodeState old = before.state(state.node);
            if (old != null) {
                try {
                    hold(
                            old.node,
                            now ->
                                    new Holder(
                                            old.face, old.cumulative().and(needed(now, old.node))));
                } catch (IOException | RuntimeException | Error worse) {
                    reason.addSuppressed(worse);
                }
            }
        }
    }

    /**
     * Lowers, after the change has settled, to what the graph needs now: users that other changes
     * are about to add, and those that still leave, included.
     *
     * @param gone what has settled with this change
     */
    void settle(Leaving gone) {
        for (NodeState old : before.states()) {
            NodeState planned = result.state(old.node);
            if (planned != null && !planned.cumulative().equals(old.cumulative())) {
                try {
                    hold(old.node, now -> lowered(now, old.node, gone));
                } catch (IOException | RuntimeException | Error error) {
                    control.report("lowering the permissions of node '" + old.name() + "'", error);
                }
            }
        }
    }

    private static @Nullable Holder lowered(Snapshot now, Node node, Leaving gone) {
        NodeState state = now.state(node);
        return state == null
                ? null
                : new Holder(state.face, state.cumulative().and(leaving(now, node, gone)));
    }

    /** What a node needs on the graph as it is: for its users, and for those that still leave. */
    private static Permissions needed(Snapshot now, Node node) {
        NodeState state = now.state(node);
        Permissions used = leaving(now, node, null);
        return state == null ? used : used.and(state.cumulative());
    }

    private static Permissions leaving(Snapshot now, Node node, @Nullable Leaving gone) {
        Permissions sum = Permissions.NONE;
        for (EdgeState edge : now.parts().leavingEdges()) {
            if (edge.target().equals(node) && (gone == null || !gone.has(edge))) {
                sum = sum.and(edge.permissions());
            }
        }
        for (NodeState state : now.parts().leavingNodes().values()) {
            if (gone == null || !gone.nodes().contains(state.node)) {
                for (EdgeState edge : state.edges()) {
                    sum = edge.target().equals(node) ? sum.and(edge.permissions()) : sum;
                }
            }
        }
        return sum;
    }

    /** Which face is to hold what. */
    private record Holder(BlockNode face, Permissions permissions) {}

    /**
     * Tells a face what to hold. What that is, is seen under the node's control lock: whoever comes
     * later sees a later graph, so the last word is never an old one.
     */
    private void hold(Node node, Function<Snapshot, @Nullable Holder> of) throws IOException {
        node.control().lock();
        try {
            Holder holder = of.apply(graph.current());
            if (holder != null) {
                holder.face.holdPermissions(holder.permissions);
            }
        } finally {
            node.control().unlock();
        }
    }
}
