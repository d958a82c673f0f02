package org.ashlar.monitor.qmp.internal.command;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.graph.ChangePlan;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;

/**
 * Lays an overlay on a node: from then on all users of the node use the overlay, and writes land
 * there (QMP {@code blockdev-snapshot}). A job on the node goes on with the node. Immutable.
 *
 * @param drivers says which nodes can have a backing child
 * @param nodeName the node that becomes the backing node
 * @param overlayName the overlay, which has no backing node and whose data nobody reads
 */
record Snapshot(Drivers drivers, String nodeName, String overlayName) implements GraphChange {

    @Override
    public void describe(GraphView now, ChangePlan plan) throws IOException {
        NodeInfo node = find(now, nodeName);
        List<EdgeInfo> users = now.parents(nodeName);
        checkNotBacking(nodeName, users);
        NodeInfo overlay = find(now, overlayName);
        String edge = checkOverlay(now, overlay);
        checkCycle(now, node, overlay);
        plan.reserve(nodeName);
        plan.reserve(overlayName);
        plan.fenceWrites(nodeName);
        for (EdgeInfo user : users) {
            if (!user.stays()) {
                plan.retarget(user.child(), overlayName);
            }
        }
        plan.attach(overlayName, edge, ChildRole.BACKING, nodeName);
        if (!users.isEmpty()) {
            plan.outside(new Flush(users.getFirst().child()));
        }
    }

    private static NodeInfo find(GraphView now, String name) throws BlockException {
        return now.find(name)
                .orElseThrow(() ->
                        new BlockException(
                                BlockException.Kind.NOT_FOUND,
                                "Cannot find device='" + name + "' nor node-name='" + name + "'"));
    }

    /** Refuses what a node that others are based on must not suffer. */
    static void checkNotBacking(String nodeName, List<EdgeInfo> users) throws BlockException {
        for (EdgeInfo user : users) {
            if (user.role() == ChildRole.BACKING) {
                throw new BlockException(
                        BlockException.Kind.BUSY,
                        "Node '"
                                + nodeName
                                + "' is busy: node is used as backing hd of '"
                                + user.parent()
                                + "'");
            }
        }
    }

    /** Returns the name of the edge to attach. */
    private String checkOverlay(GraphView now, NodeInfo overlay) throws BlockException {
        if (overlay.cumulative().uses(Permission.CONSISTENT_READ)) {
            throw new BlockException(BlockException.Kind.BUSY, "The overlay is already in use");
        }
        if (now.edge(overlayName, ChildRole.BACKING).isPresent()) {
            throw BlockException.invalid("The overlay already has a backing image");
        }
        Optional<ChildOption> backing =
                drivers.node(overlay.driver())
                        .flatMap(driver ->
                                driver.childOptions().stream()
                                        .filter(option -> option.role() == ChildRole.BACKING)
                                        .findFirst());
        return backing.map(ChildOption::name)
                .orElseThrow(() ->
                        BlockException.invalid("The overlay does not support backing images"));
    }

    private void checkCycle(GraphView now, NodeInfo from, NodeInfo overlay) throws BlockException {
        if (from.id() == overlay.id()) {
            throw BlockException.invalid(
                    "Making '"
                            + nodeName
                            + "' a backing child of '"
                            + overlayName
                            + "' would create a cycle");
        }
        for (EdgeInfo edge : from.children()) {
            checkCycle(now, now.node(edge.target()), overlay);
        }
    }

    /**
     * Makes what was written before durable: a flush of the overlay does not reach the node below.
     *
     * @param user an edge that still leads to the node
     */
    private record Flush(Child user) implements ChangePlan.OutsideStep {

        @Override
        public void apply(Request request) throws IOException {
            user.flush(request);
        }

        @Override
        public void undo(Request request) {
            // Durable data stay durable.
        }
    }
}
