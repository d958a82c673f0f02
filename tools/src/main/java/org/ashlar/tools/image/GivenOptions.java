package org.ashlar.tools.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.control.Json;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.option.OptionTree;

/**
 * What a user said of an image, to be said again with something else when it is reopened.
 * Immutable.
 *
 * @param values texts by dotted key
 */
record GivenOptions(Map<String, String> values) {
    private static final Set<String> FIXED = Set.of("node-name", "inspect", "repair");

    GivenOptions {
        values = Map.copyOf(values);
    }

    /** Takes what an image was opened with. */
    static GivenOptions of(OptionTree tree) throws BlockException {
        Map<String, String> values = new LinkedHashMap<>();
        tree.flatten().forEach((key, value) -> values.put(key, text(value)));
        String name = values.getOrDefault("filename", "");
        if (name.startsWith("json:")
                && Json.parse(name.substring("json:".length())) instanceof Map<?, ?> members) {
            Map<String, Object> described = new LinkedHashMap<>();
            members.forEach((key, value) -> described.put(String.valueOf(key), value));
            values.remove("filename");
            OptionTree.typed(described)
                    .flatten()
                    .forEach((key, value) -> values.put(key, text(value)));
        }
        return new GivenOptions(values);
    }

    private static String text(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "on" : "off";
        }
        return value.equals(OptionTree.NONE) ? "" : value.toString();
    }

    /** Returns these with others over them, and without those of the given prefixes. */
    GivenOptions with(Map<String, String> changes, Set<String> dropped) throws BlockException {
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.keySet().removeIf(key -> dropped.stream().anyMatch(prefix -> isOf(prefix, key)));
        for (Map.Entry<String, String> change : changes.entrySet()) {
            String key = change.getKey();
            if (FIXED.contains(key) || key.startsWith("file.")) {
                String name = key.startsWith("file.") ? key.substring("file.".length()) : key;
                throw BlockException.invalid("Cannot change the option '" + name + "'");
            }
            if (key.equals("backing") && change.getValue().isEmpty()) {
                throw BlockException.invalid("Cannot find device='' nor node-name=''");
            }
            changed.put(key, change.getValue());
        }
        return new GivenOptions(changed);
    }

    private static boolean isOf(String prefix, String key) {
        return key.equals(prefix) || key.startsWith(prefix + ".");
    }

    /**
     * Returns the options of a node, and of what was opened with it to store its data, for a
     * reopening that leads no child elsewhere.
     */
    List<OptionTree> forReopening(GraphView graph, NodeInfo node, Access access)
            throws BlockException {
        Map<String, String> own = new LinkedHashMap<>(values);
        List<OptionTree> all = new ArrayList<>();
        List<OptionTree> below = new ArrayList<>();
        for (EdgeInfo edge : node.children()) {
            boolean said = own.containsKey(edge.name());
            own.keySet().removeIf(key -> !said && isOf(edge.name(), key));
            own.putIfAbsent(edge.name(), edge.target());
            if (!said && edge.role() != ChildRole.BACKING) {
                GivenOptions child = below(edge.name());
                below.addAll(child.forReopening(graph, graph.node(edge.target()), access));
            }
        }
        own.put("node-name", node.name());
        all.add(access.settings(OptionTree.dotted(own)));
        all.addAll(below);
        return all;
    }

    /** Returns what was said of a child; discards that reach it are carried out. */
    private GivenOptions below(String child) {
        Map<String, String> said = new LinkedHashMap<>();
        said.put("discard", "unmap");
        String prefix = child + ".";
        values.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                said.put(key.substring(prefix.length()), value);
            } else if (isOf("read-only", key) || isOf("cache", key)) {
                said.putIfAbsent(key, value);
            }
        });
        return new GivenOptions(said);
    }
}
