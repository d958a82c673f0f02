package org.ashlar.monitor.qmp.internal;

import static org.ashlar.monitor.qmp.internal.FakeGraph.edge;
import static org.ashlar.monitor.qmp.internal.FakeGraph.node;
import static org.ashlar.monitor.qmp.internal.FakeGraph.root;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.graph.NodeInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The refusals are those seen of the reference in the same situations. */
class SnapshotTest {

    private static final Set<Permission> NOTHING = Set.of();
    private static final Set<Permission> READ = Set.of(Permission.CONSISTENT_READ);

    private final FakeLayer layer = new FakeLayer();

    /** A format that can have a backing child. */
    private static final class OverlayDriver implements BlockDriver {

        @Override
        public String name() {
            return "cow";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.FORMAT;
        }

        @Override
        public List<ChildOption> childOptions() {
            return List.of(
                    ChildOption.required("file", ChildRole.IMAGE, ""),
                    ChildOption.optional("backing", ChildRole.BACKING, ""));
        }

        @Override
        public BlockNode open(OpenRequest request) throws BlockException {
            throw BlockException.unsupported("open");
        }
    }

    @BeforeEach
    void addDrivers() {
        layer.drivers.nodes.add(new OverlayDriver());
        layer.drivers.nodes.add(new NullDriver());
    }

    private static NodeInfo image(String name, Set<Permission> used) {
        return node(name, "cow", used, edge(name, "file", ChildRole.IMAGE, name + "-file"));
    }

    private static NodeInfo file(String name) {
        return node(name, "null-co", READ);
    }

    private Map<String, Object> snapshot(String node, String overlay) throws Exception {
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client
                    .negotiate()
                    .send(
                            "{'execute':'blockdev-snapshot','arguments':{'node':'"
                                    + node
                                    + "','overlay':'"
                                    + overlay
                                    + "'}}");
            return bench.client.message();
        }
    }

    private static Map<String, Object> refusal(String description) {
        return Map.of("error", Map.of("class", "GenericError", "desc", description));
    }

    @Test
    void node_withUsers_isFencedAndItsUsersLedToTheOverlay() throws Exception {
        layer.graph =
                new FakeGraph(
                        List.of(
                                image("top", READ), file("top-file"),
                                image("over", NOTHING), file("over-file")),
                        List.of(root("export", "top")));

        assertEquals(Map.of("return", Map.of()), snapshot("top", "over"));
        assertEquals(
                List.of(
                        "reserve top",
                        "reserve over",
                        "fence top",
                        "retarget root to over",
                        "attach over.backing BACKING to top",
                        "outside",
                        "read-only top"),
                layer.calls);
    }

    @Test
    void node_withoutUsers_becomesTheBackingNode() throws Exception {
        layer.graph =
                new FakeGraph(
                        List.of(
                                image("top", NOTHING), file("top-file"),
                                image("over", NOTHING), file("over-file")),
                        List.of());

        assertEquals(Map.of("return", Map.of()), snapshot("top", "over"));
        assertEquals(
                List.of(
                        "reserve top",
                        "reserve over",
                        "fence top",
                        "attach over.backing BACKING to top",
                        "read-only top"),
                layer.calls);
    }

    @Test
    void nodes_thatDoNotFit_areRefused() throws Exception {
        NodeInfo based =
                node(
                        "based",
                        "cow",
                        NOTHING,
                        edge("based", "file", ChildRole.IMAGE, "based-file"),
                        edge("based", "backing", ChildRole.BACKING, "base"));
        layer.graph =
                new FakeGraph(
                        List.of(
                                based,
                                file("based-file"),
                                image("base", NOTHING),
                                file("base-file"),
                                image("used", READ),
                                file("used-file"),
                                image("free", NOTHING),
                                file("free-file"),
                                node("leaf", "null-co", NOTHING)),
                        List.of());

        assertEquals(
                refusal("Node 'base' is busy: node is used as backing hd of 'based'"),
                snapshot("base", "free"));
        assertEquals(refusal("The overlay is already in use"), snapshot("based", "used"));
        assertEquals(refusal("The overlay already has a backing image"), snapshot("free", "based"));
        assertEquals(
                refusal("The overlay does not support backing images"), snapshot("free", "leaf"));
        assertEquals(refusal("Cannot find device='x' nor node-name='x'"), snapshot("free", "x"));
        assertEquals(
                refusal("Making 'free' a backing child of 'free' would create a cycle"),
                snapshot("free", "free"));
        assertEquals(List.of(), layer.calls);
    }

    @Test
    void node_thatOthersAreBasedOn_isNotDeleted() throws Exception {
        layer.graph =
                new FakeGraph(
                        List.of(
                                node(
                                        "based",
                                        "cow",
                                        NOTHING,
                                        edge("based", "backing", ChildRole.BACKING, "base")),
                                node("base", "null-co", NOTHING)),
                        List.of());

        try (Bench bench = Bench.overPipes(layer)) {
            bench.client
                    .negotiate()
                    .send("{'execute':'blockdev-del','arguments':{'node-name':'base'}}");
            assertEquals(
                    refusal("Node 'base' is busy: node is used as backing hd of 'based'"),
                    bench.client.message());
        }
        assertEquals(List.of(), layer.calls);
    }
}
