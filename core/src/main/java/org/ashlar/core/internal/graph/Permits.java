package org.ashlar.core.internal.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.Permissions;

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
            if (old == null
                    || !old.cumulative().equals(after.cumulative())
                    || old.face != after.face) {
                Permissions sum =
                        old == null ? after.cumulative() : old.cumulative().and(after.cumulative());
                raised.add(after);
                hold(after, sum);
            }
        }
    }

    /** Takes back what was raised; an error is added to the reason. */
    void lower(Throwable reason) {
        for (NodeState state : raised) {
            NodeState old = before.state(state.node);
            if (old != null) {
                try {
                    hold(old, old.cumulative());
                } catch (IOException | RuntimeException worse) {
                    reason.addSuppressed(worse);
                }
            }
        }
    }

    /** Lowers, after the change has settled, to what the graph needs now. */
    void settle() {
        Snapshot now = graph.current();
        for (NodeState old : before.states()) {
            NodeState state = now.state(old.node);
            NodeState planned = result.state(old.node);
            if (state != null
                    && planned != null
                    && !planned.cumulative().equals(old.cumulative())) {
                try {
                    hold(state, state.cumulative());
                } catch (IOException | RuntimeException error) {
                    control.report(
                            "lowering the permissions of node '" + state.name() + "'", error);
                }
            }
        }
    }

    private static void hold(NodeState state, Permissions permissions) throws IOException {
        state.node.control().lock();
        try {
            state.face.holdPermissions(permissions);
        } finally {
            state.node.control().unlock();
        }
    }
}
