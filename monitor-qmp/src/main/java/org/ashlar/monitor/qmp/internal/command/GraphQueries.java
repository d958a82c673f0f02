package org.ashlar.monitor.qmp.internal.command;

import static org.ashlar.spi.control.Shape.INTEGER;
import static org.ashlar.spi.control.Shape.TEXT;
import static org.ashlar.spi.control.Shape.choice;
import static org.ashlar.spi.control.Shape.listOf;
import static org.ashlar.spi.control.Shape.member;
import static org.ashlar.spi.control.Shape.object;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.option.Option;

/** The commands that show the graph. Stateless. */
final class GraphQueries {

    private static final Option<Boolean> FLAT = Option.bool("flat").orElse(false);

    private static final Shape PERMISSION =
            choice("consistent-read", "write", "write-unchanged", "resize");

    private static final Shape GRAPH =
            object(
                    member(
                            "nodes",
                            listOf(
                                    object(
                                            member("id", INTEGER),
                                            member(
                                                    "type",
                                                    choice(
                                                            "block-backend",
                                                            "block-job",
                                                            "block-driver")),
                                            member("name", TEXT)))),
                    member(
                            "edges",
                            listOf(
                                    object(
                                            member("parent", INTEGER),
                                            member("child", INTEGER),
                                            member("name", TEXT),
                                            member("perm", listOf(PERMISSION)),
                                            member("shared-perm", listOf(PERMISSION))))));

    private GraphQueries() {}

    static List<MonitorCommand> all() {
        return List.of(
                Command.query(
                        "query-named-block-nodes",
                        listOf(NodeDescription.SHAPE),
                        GraphQueries::nodes,
                        FLAT),
                Command.query("x-debug-query-block-graph", GRAPH, GraphQueries::graph)
                        .marked("unstable"));
    }

    /** Lists the nodes, newest first. */
    private static Object nodes(CommandCall call) {
        boolean flat = call.arguments().get(FLAT);
        GraphView now = call.layer().graph();
        NodeDescription description = new NodeDescription(call.layer(), now, flat);
        List<Map<String, Object>> described = new ArrayList<>();
        List.copyOf(now.nodes()).reversed().forEach(node -> described.add(description.of(node)));
        return described;
    }

    private static Object graph(CommandCall call) {
        Picture picture = new Picture(call.layer().graph());
        Map<String, Object> graph = new LinkedHashMap<>();
        graph.put("edges", picture.edges.reversed());
        graph.put("nodes", picture.nodes.reversed());
        return graph;
    }

    /** Numbers nodes and sources in the order they are met; confined to one answer. */
    private static final class Picture {

        private final List<Map<String, Object>> nodes = new ArrayList<>();
        private final List<Map<String, Object>> edges = new ArrayList<>();
        private final Map<String, Long> ids = new HashMap<>();

        Picture(GraphView now) {
            Set<String> sources = new HashSet<>();
            for (EdgeInfo root : now.roots()) {
                String key = "source " + root.parent();
                if (sources.add(key)) {
                    node(key, "block-backend", root.parent());
                }
                edge(key, root);
            }
            for (NodeInfo node : now.nodes()) {
                node(node.name(), "block-driver", node.name());
                node.children().reversed().forEach(edge -> edge(node.name(), edge));
            }
        }

        private void node(String key, String type, String name) {
            Map<String, Object> node = new LinkedHashMap<>();
            node.put("id", id(key));
            node.put("type", type);
            node.put("name", name);
            nodes.add(node);
        }

        private void edge(String parent, EdgeInfo info) {
            Map<String, Object> edge = new LinkedHashMap<>();
            edge.put("parent", id(parent));
            edge.put("child", id(info.target()));
            edge.put("name", info.name());
            edge.put("perm", names(info.permissions().used()));
            edge.put("shared-perm", names(info.permissions().shared()));
            edges.add(edge);
        }

        private long id(String key) {
            return ids.computeIfAbsent(key, _ -> ids.size() + 1L);
        }

        private static List<String> names(Set<Permission> permissions) {
            EnumSet<Permission> ordered = EnumSet.noneOf(Permission.class);
            ordered.addAll(permissions);
            return ordered.stream().map(Option::textOf).toList().reversed();
        }
    }
}
