package org.ashlar.jobs.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a stream job is started. Messages are those of qemu-storage-daemon 7.2. */
class StreamStartTest {
    private StreamBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new StreamBench();
    }

    @AfterEach
    void close() throws IOException {
        bench.close();
    }

    /** Writes down what a job asks for. */
    private record Start(GraphView graph, OptionValues options, Child root, List<String> asked)
            implements JobRequest {
        @Override
        public String id() {
            return "j";
        }

        @Override
        public Child attachRoot(String label, String nodeName, Permissions permissions) {
            asked.add("root " + nodeName);
            assertEquals(
                    Set.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED),
                    permissions.used());
            assertEquals(Set.of(Permission.values()), permissions.shared());
            return root;
        }

        @Override
        public void makeWritable(String nodeName) {}

        @Override
        public void claim(Child edge) {
            asked.add("claim " + edge.name());
        }

        @Override
        public void relyOn(Child edge) {
            asked.add("rely on " + edge.name());
        }
    }

    private List<String> start(GraphView graph, Map<String, Object> options) throws IOException {
        OptionTree tree = OptionTree.typed(options);
        Start start =
                new Start(
                        graph,
                        OptionValues.check(
                                StreamOptions.ALL,
                                tree.has("device") ? tree : tree.with("device", "top")),
                        bench.source.root(),
                        new ArrayList<>());
        new StreamJobDriver().prepare(start);
        return start.asked;
    }

    private String refusal(Map<String, Object> options) {
        return assertThrows(BlockException.class, () -> start(bench.graph, options)).getMessage();
    }

    @Test
    void prepare_claimsTheEdgesToTheBottomReliesOnTheNextAndAttachesTheDevice() throws IOException {
        assertEquals(
                List.of("claim backing", "claim backing", "rely on backing", "root top"),
                start(bench.graph, Map.of("base-node", "base")));
        assertEquals(
                List.of("claim backing", "rely on backing", "root top"),
                start(bench.graph, Map.of("base", "low.img")));
        assertEquals(
                List.of("claim backing", "rely on backing", "root top"),
                start(bench.graph, Map.of("bottom", "mid")));
        assertEquals(List.of("root top"), start(bench.graph, Map.of("bottom", "top")));
        assertEquals(4, start(bench.graph, Map.of()).size());
    }

    @Test
    void prepare_withBadArguments_isRefusedAsTheReferenceDoes() {
        assertEquals(
                "Parameter 'device' is missing",
                assertThrows(
                                BlockException.class,
                                () -> OptionValues.check(StreamOptions.ALL, OptionTree.empty()))
                        .getMessage());
        assertEquals("Cannot find device='x' nor node-name='x'", refusal(Map.of("device", "x")));
        assertEquals("Can't find 'nosuch' in the backing chain", refusal(Map.of("base", "nosuch")));
        assertEquals(
                "Cannot find device='' nor node-name='nosuch'",
                refusal(Map.of("base-node", "nosuch")));
        assertEquals(
                "Node 'top' is not a backing image of 'mid'",
                refusal(Map.of("device", "mid", "base-node", "top")));
        assertEquals(
                "Node 'top' is not a backing image of 'top'", refusal(Map.of("base-node", "top")));
        assertEquals(
                "'base' and 'base-node' cannot be specified at the same time",
                refusal(Map.of("base-node", "base", "base", "base.img", "bottom", "mid")));
        assertEquals(
                "'base' and 'bottom' cannot be specified at the same time",
                refusal(Map.of("base", "base.img", "bottom", "mid", "device", "nosuch")));
        assertEquals(
                "'bottom' and 'base-node' cannot be specified at the same time",
                refusal(Map.of("base-node", "base", "bottom", "mid")));
        assertEquals(
                "Cannot find device='' nor node-name='nosuch'",
                refusal(Map.of("bottom", "nosuch")));
        assertEquals(
                "Node 'top' is not in a chain starting from 'mid'",
                refusal(Map.of("device", "mid", "bottom", "top")));
        assertEquals(
                "backing file specified, but streaming the entire chain",
                refusal(Map.of("backing-file", "foo.img")));
        assertEquals(
                "backing file specified, but streaming the entire chain",
                refusal(Map.of("backing-file", "foo.img", "bottom", "top")));
    }

    @Test
    void prepare_aboveFilters_refusesThemWhereTheReferenceDoes() {
        FakeGraph filtered =
                new FakeGraph()
                        .leaf("base")
                        .filter("throttled", "base", bench.low.children().getFirst())
                        .overlay("over", "throttled", bench.mid.children().getFirst())
                        .filter("device", "over", bench.top.children().getFirst());
        assertEquals(
                "Node 'throttled' is a filter, use a non-filter node as 'bottom'",
                assertThrows(
                                BlockException.class,
                                () ->
                                        start(
                                                filtered,
                                                Map.of("device", "device", "bottom", "throttled")))
                        .getMessage());
        assertEquals(
                "'over' is not in the backing chain of 'device'",
                assertThrows(
                                BlockException.class,
                                () ->
                                        start(
                                                filtered,
                                                Map.of("device", "device", "base-node", "over")))
                        .getMessage());
    }

    @Test
    void chain_withFilters_countsLayersWithoutThem() throws IOException {
        FakeGraph filtered =
                new FakeGraph()
                        .leaf("base")
                        .overlay("mid", "base", bench.low.children().getFirst())
                        .filter("throttled", "mid", bench.mid.children().getFirst())
                        .overlay("over", "throttled", bench.mid.children().getFirst())
                        .filter("top", "over", bench.top.children().getFirst());
        StreamChain chain =
                StreamChain.find(filtered, StreamBench.options(Map.of("base-node", "base")));
        assertEquals("over", chain.overlay().name());
        assertEquals(2, chain.layers());
        assertEquals(3, chain.edges().size());
        assertEquals("throttled", chain.overlayEdge().target());
        assertTrue(chain.hasNodesBetween());
    }
}
