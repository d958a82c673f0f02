package org.ashlar.drivers.quorum.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.MemoryDriver;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A quorum in the real graph. */
class QuorumOnCoreTest {
    private final BlockDisks blockDisks = new BlockDisks();
    private final EmbeddedLayer embedded =
            EmbeddedLayer.start(
                    LayerSettings.DEFAULT, List.of(new QuorumPlugin(), memoryDrivers()));
    private final BlockLayer layer = embedded.layer();
    private final List<Event> events = new CopyOnWriteArrayList<>();

    private Plugin memoryDrivers() {
        return new Plugin() {
            @Override
            public List<BlockDriver> drivers() {
                return List.of(new MemoryDriver(), blockDisks);
            }
        };
    }

    @BeforeEach
    void addDisks() throws IOException {
        layer.events().subscribe(events::add);
        for (String name : List.of("m0", "m1", "m2")) {
            layer.add(
                    OptionTree.typed(
                            Map.of("driver", "memory", "node-name", name, "size", 1 << 20)));
        }
    }

    @AfterEach
    void close() {
        embedded.close();
    }

    private void addQuorum(int threshold, Object children) throws IOException {
        layer.add(
                OptionTree.typed(
                        Map.of(
                                "driver",
                                "quorum",
                                "node-name",
                                "q",
                                "vote-threshold",
                                threshold,
                                "children",
                                children)));
    }

    private Root writer(String node) throws IOException {
        Set<Permission> used = Set.of(Permission.CONSISTENT_READ, Permission.WRITE);
        return layer.attach(
                "writer of " + node, node, new Permissions(used, Permissions.NONE.shared()));
    }

    private static void write(Root root, long offset, byte... bytes) throws IOException {
        try (Admission admission = root.consumer("test").admit(Access.WRITE)) {
            root.root()
                    .write(admission.request(), offset, MemorySegment.ofArray(bytes), IoFlags.NONE);
        }
    }

    private static byte[] read(Root root, long offset, int count) throws IOException {
        byte[] bytes = new byte[count];
        try (Admission admission = root.consumer("test").admit(Access.READ)) {
            root.root().read(admission.request(), offset, MemorySegment.ofArray(bytes));
        }
        return bytes;
    }

    @Test
    void quorum_overNodesByName_keepsTheirNamesAndVotes() throws IOException {
        try (Root alone = writer("m1")) {
            write(alone, 5000, (byte) 9);
        }
        addQuorum(2, List.of("m0", "m1", "m2"));
        assertEquals(
                List.of("children.0", "children.1", "children.2"),
                layer.graph().node("q").children().stream().map(EdgeInfo::name).toList());
        try (Root client = writer("q")) {
            write(client, 0, (byte) 7);
            assertArrayEquals(new byte[] {7}, read(client, 0, 1));
            assertArrayEquals(new byte[] {0}, read(client, 5000, 1));
        }
        Event told = events.getLast();
        assertEquals("QUORUM_REPORT_BAD", told.name());
        assertEquals("m1", told.data().get("node-name"));
        assertEquals(9L, told.data().get("sector-num"));
    }

    @Test
    void fileName_describesAllChildren() throws IOException {
        addQuorum(2, List.of("m0", "m1"));
        String disk = "{\"driver\": \"memory\", \"size\": 1048576}";
        assertEquals(
                "json:{\"children\": ["
                        + disk
                        + ", "
                        + disk
                        + "], \"driver\": \"quorum\", \"vote-threshold\": 2}",
                layer.graph().node("q").fileName());
    }

    @Test
    void quorum_withAWriter_keepsOtherWritersFromItsChildren() throws IOException {
        addQuorum(2, List.of("m0", "m1", "m2"));
        try (Root client = writer("q")) {
            write(client, 0, (byte) 1);
            BlockException refused = assertThrows(BlockException.class, () -> writer("m1"));
            assertEquals(Kind.NOT_PERMITTED, refused.kind());
        }
    }

    /** The reference does not read to write, so that it does not vote either. */
    @Test
    void smallWrite_whereChildrenOfWholeBlocksDisagree_changesItsBytesOnEachAndNoOthers()
            throws IOException {
        addBlockDisks();
        addQuorum(2, List.of("b0", "b1", "b2"));
        try (Root client = writer("q")) {
            write(client, 0, (byte) 7);
            assertArrayEquals(new byte[] {7}, read(client, 0, 1));
        }
        assertEquals(List.of(), events);
        for (int disk = 0; disk < 3; disk++) {
            assertArrayEquals(new byte[] {7, 0, (byte) (10 + disk)}, bytesOf("b" + disk));
        }
    }

    /** Adds three that differ in their third byte. */
    private void addBlockDisks() throws IOException {
        for (int disk = 0; disk < 3; disk++) {
            layer.add(
                    OptionTree.typed(
                            Map.of("driver", "block-disk", "node-name", "b" + disk, "size", 4096)));
            try (Root alone = writer("b" + disk)) {
                write(alone, 2, (byte) (10 + disk));
            }
        }
    }

    @Test
    void zero_ofPartsOfBlocksThatMustBeFast_isRefusedBeforeAnyChildIsTouched() throws IOException {
        addBlockDisks();
        addQuorum(2, List.of("b0", "b1", "b2"));
        blockDisks.opened.getFirst().fail(Operation.ZERO, 1, Kind.UNSUPPORTED);
        try (Root client = writer("q");
                Admission admission = client.consumer("test").admit(Access.WRITE)) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () ->
                                    client.root()
                                            .zero(
                                                    admission.request(),
                                                    1,
                                                    2000,
                                                    IoFlags.NO_FALLBACK));
            assertEquals(Kind.UNSUPPORTED, refused.kind());
        }
        for (int disk = 0; disk < 3; disk++) {
            assertArrayEquals(new byte[] {0, 0, (byte) (10 + disk)}, bytesOf("b" + disk));
        }
    }

    @Test
    void quorum_withNestedChildren_opensAndClosesThem() throws IOException {
        Map<String, Object> disk = Map.of("driver", "memory", "size", 4096);
        addQuorum(1, List.of(disk, disk));
        assertEquals(
                List.of("memory", "memory", "memory", "quorum", "memory", "memory"),
                layer.graph().nodes().stream().map(NodeInfo::driver).toList(),
                "what a node is not stored in alone comes after it");
        layer.delete("q");
        assertEquals(3, layer.graph().nodes().size());
    }

    @Test
    void quorum_withBadOptions_isRefusedAndLeavesNothing() {
        BlockException tooHigh =
                assertThrows(BlockException.class, () -> addQuorum(4, List.of("m0", "m1", "m2")));
        assertEquals("threshold may not exceed children count", tooHigh.getMessage());
        assertThrows(BlockException.class, () -> addQuorum(1, List.of()));
        assertEquals(3, layer.graph().nodes().size());
    }

    @Test
    void child_isAddedAndTakenOut_whileInUse_underAKeyOfItsOwn() throws IOException {
        addQuorum(2, List.of("m0", "m1"));
        try (Root client = writer("q")) {
            write(client, 0, (byte) 1);
            layer.addChild("q", "m2");
            assertEquals(Map.of("children.0", "m0", "children.1", "m1", "children.2", "m2"), led());
            write(client, 1, (byte) 2);
            layer.removeChild("q", "children.1");
            assertEquals(Map.of("children.0", "m0", "children.2", "m2"), led());
            write(client, 2, (byte) 3);
            layer.addChild("q", "m1");
            assertEquals("m1", led().get("children.3"));
            layer.removeChild("q", "children.0");
        }
        assertArrayEquals(new byte[] {1, 2, 3}, bytesOf("m0"));
        assertArrayEquals(new byte[] {1, 2, 0}, bytesOf("m1"));
        assertArrayEquals(new byte[] {0, 2, 3}, bytesOf("m2"));
    }

    private Map<String, String> led() throws IOException {
        return layer.graph().node("q").children().stream()
                .collect(Collectors.toMap(EdgeInfo::name, EdgeInfo::target));
    }

    private byte[] bytesOf(String node) throws IOException {
        try (Root alone = layer.attach("reader", node, Permissions.READ)) {
            return read(alone, 0, 3);
        }
    }

    @Test
    void child_whoseAddingOrRemovalIsRefused_changesNothing() throws IOException {
        addQuorum(2, List.of("m0", "m1"));
        layer.add(OptionTree.typed(Map.of("driver", "memory", "node-name", "big", "size", 8192)));
        assertEquals(
                "The number of children cannot be lower than the vote threshold 2",
                assertThrows(BlockException.class, () -> layer.removeChild("q", "children.0"))
                        .getMessage());
        assertEquals(
                "Node 'q' does not have child 'children.7'",
                assertThrows(BlockException.class, () -> layer.removeChild("q", "children.7"))
                        .getMessage());
        assertThrows(BlockException.class, () -> layer.addChild("q", "big"));
        assertEquals(
                "The node m2 does not support adding a child",
                assertThrows(BlockException.class, () -> layer.addChild("m2", "m0")).getMessage());
        assertEquals(Map.of("children.0", "m0", "children.1", "m1"), led());
        layer.delete("big");
    }

    @Test
    void reopening_changesTheListAndTheThresholdAtOnce() throws IOException {
        addQuorum(1, List.of("m0", "m1"));
        layer.reopen(
                List.of(
                        OptionTree.typed(
                                Map.of(
                                        "driver",
                                        "quorum",
                                        "node-name",
                                        "q",
                                        "vote-threshold",
                                        2,
                                        "read-pattern",
                                        "fifo",
                                        "children",
                                        List.of("m2", "m0")))));
        assertEquals(Map.of("children.0", "m0", "children.2", "m2"), led());
        try (Root alone = writer("m1")) {
            write(alone, 0, (byte) 5);
        }
        try (Root client = layer.attach("reader", "q", Permissions.READ);
                Admission admission = client.consumer("test").admit(Access.READ)) {
            byte[] one = new byte[1];
            client.root().read(admission.request(), 0, MemorySegment.ofArray(one));
            assertEquals(0, one[0]);
        }
    }
}
