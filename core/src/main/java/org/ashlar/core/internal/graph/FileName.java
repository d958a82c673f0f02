package org.ashlar.core.internal.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.control.Json;
import org.ashlar.spi.option.Option;

/**
 * Says which file a node shows, as users write it. Immutable.
 *
 * @param nodes the nodes of one snapshot
 */
record FileName(Map<Node, NodeState> nodes) {
    private static final String DRIVER = "driver";
    private static final String FILENAME = "filename";

    /**
     * Returns the node's own file name, or that of what it is stored in; {@code json:} and a
     * description if it is stored in any number of nodes, alike.
     */
    String of(NodeState state) {
        if (!state.node.fileName().isEmpty()) {
            return state.node.fileName();
        }
        if (!listed(state).isEmpty()) {
            return "json:" + Json.print(description(state));
        }
        return storage(state).map(this::of).orElse("");
    }

    private static List<String> listed(NodeState state) {
        return state.traits().driver().childOptions().stream()
                .filter(ChildOption::list)
                .map(ChildOption::name)
                .toList();
    }

    private Optional<NodeState> storage(NodeState state) {
        return state.edges().stream()
                .filter(edge -> edge.key().role() != ChildRole.BACKING)
                .flatMap(edge -> Optional.ofNullable(nodes.get(edge.target())).stream())
                .findFirst();
    }

    /** What it was told that is its own driver's, and what its children are; members in order. */
    private Map<String, Object> description(NodeState state) {
        Map<String, Object> members = new TreeMap<>();
        members.put(DRIVER, state.node.driver());
        if (!state.node.fileName().isEmpty()) {
            members.put(FILENAME, state.node.fileName());
            return members;
        }
        for (Option<?> option : state.traits().driver().options()) {
            state.traits()
                    .options()
                    .find(option.name())
                    .ifPresent(value -> members.put(option.name(), value));
        }
        List<String> listed = listed(state);
        for (EdgeState edge : state.edges()) {
            NodeState child = nodes.get(edge.target());
            if (child != null && edge.key().role() != ChildRole.BACKING) {
                put(members, listed, edge.key().name(), description(child));
            }
        }
        return members;
    }

    @SuppressWarnings("unchecked") // only this method puts lists there
    private static void put(
            Map<String, Object> members, List<String> listed, String edge, Object child) {
        int dot = edge.lastIndexOf('.');
        if (dot > 0 && listed.contains(edge.substring(0, dot))) {
            ((List<Object>) members.computeIfAbsent(edge.substring(0, dot), _ -> new ArrayList<>()))
                    .add(child);
        } else {
            members.put(edge, child);
        }
    }
}
