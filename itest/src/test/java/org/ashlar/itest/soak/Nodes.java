package org.ashlar.itest.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.ashlar.itest.harness.QmpClient;

/** Looks up how nodes lie on one another, as a monitor tells it. Without state. */
final class Nodes {
    private Nodes() {}

    /** One edge between nodes. */
    private record Edge(String parent, String name, String child) {}

    /** Returns what a layer lies on. */
    static Optional<String> below(QmpClient monitor, String layer) {
        return backing(monitor)
                .filter(edge -> edge.parent.equals(layer))
                .map(Edge::child)
                .findAny();
    }

    /** Returns the layers that lie on one. */
    static List<String> above(QmpClient monitor, String layer) {
        return backing(monitor).filter(edge -> edge.child.equals(layer)).map(Edge::parent).toList();
    }

    private static Stream<Edge> backing(QmpClient monitor) {
        JsonNode graph = monitor.execute("x-debug-query-block-graph");
        Map<Long, String> names = new HashMap<>();
        graph.path("nodes")
                .forEach(node -> names.put(node.path("id").asLong(), node.path("name").asText()));
        return StreamSupport.stream(graph.path("edges").spliterator(), false)
                .map(edge ->
                        new Edge(
                                names.get(edge.path("parent").asLong()),
                                edge.path("name").asText(),
                                names.get(edge.path("child").asLong())))
                .filter(edge -> edge.name.equals("backing"));
    }

    /** Returns the node that an export leads to. */
    static String ofExport(QmpClient monitor, String id) {
        for (JsonNode export : monitor.execute("query-block-exports")) {
            if (export.path("id").asText().equals(id)) {
                return export.path("node-name").asText();
            }
        }
        throw new AssertionError("no export " + id);
    }
}
