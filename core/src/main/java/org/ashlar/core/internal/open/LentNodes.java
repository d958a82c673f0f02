package org.ashlar.core.internal.open;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.NodeSettings;

/**
 * A read-only node, and the storage that is read-only because it is, which are writable for a time.
 * Immutable.
 *
 * @param before the nodes as they were
 */
public record LentNodes(Map<Node, NodeState> before) {

    /** Finds what has to be writable for a node to be; none if it is. */
    public static LentNodes of(Snapshot now, String nodeName) throws BlockException {
        NodeState top = now.state(nodeName);
        if (top == null) {
            throw References.notFound(nodeName);
        }
        LentNodes lent = new LentNodes(new LinkedHashMap<>());
        if (top.settings().readOnly()) {
            lent.collect(now, top);
        }
        return lent;
    }

    private void collect(Snapshot now, NodeState node) {
        before.put(node.node, node);
        for (EdgeState edge : node.edges()) {
            NodeState child = now.state(edge.target());
            if (edge.key().role() != ChildRole.BACKING && child != null && inherits(child)) {
                collect(now, child);
            }
        }
    }

    private static boolean inherits(NodeState child) {
        return child.settings().readOnly()
                && !child.traits().named()
                && !child.traits().options().has("read-only");
    }

    /** Makes them writable. */
    public Reopening lend(OpenServices services) {
        Map<NodeState, NodeSettings> wanted = new LinkedHashMap<>();
        before.values().forEach(node -> wanted.put(node, lent(node.settings())));
        return Reopening.with(services, wanted);
    }

    private static NodeSettings lent(NodeSettings settings) {
        return new NodeSettings(
                false,
                settings.autoReadOnly(),
                settings.direct(),
                settings.noFlush(),
                false,
                settings.unmap(),
                settings.detectZeroes());
    }

    /** Returns those that are still as they were lent, with the settings they had before. */
    public Map<NodeState, NodeSettings> toGiveBack(Snapshot now) {
        Map<NodeState, NodeSettings> back = new LinkedHashMap<>();
        for (NodeState old : before.values()) {
            NodeState state = now.state(old.node);
            if (state != null && state.settings().equals(lent(old.settings()))) {
                back.put(state, old.settings());
            }
        }
        return back;
    }
}
