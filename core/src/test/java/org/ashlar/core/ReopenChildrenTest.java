package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Face;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Other children for nodes that are in use. */
class ReopenChildrenTest {
    private final TestLayer test = new TestLayer(Duration.ofSeconds(5));

    /** Keeps the children that it has. */
    private static final class Keeping extends ScriptedDriver.Passing {
        Keeping(Child next) {
            super(next);
        }

        @Override
        public Face prepareReopen(ReopenRequest request) {
            return new Face(new Keeping(next), true);
        }
    }

    @BeforeEach
    void addThree() throws IOException {
        RealDrivers.addTo(test, 1);
        test.add(ScriptedDriver.format("format", (file, _) -> new Keeping(file)), 1);
        test.add(
                new ScriptedDriver(
                        "deaf",
                        DriverKind.FORMAT,
                        List.of(),
                        List.of(ChildOption.list("parts", ChildRole.DATA, "Its parts.")),
                        request -> new Keeping(request.attachAll("parts", ChildRole.DATA).get(0)),
                        _ -> {}),
                1);
        for (String name : List.of("a", "b", "c")) {
            test.addHeld(name);
        }
    }

    @AfterEach
    void close() {
        test.close();
    }

    private void reopen(String driver, String name, Map<String, ?> options) throws IOException {
        test.layer.reopen(
                List.of(OptionTree.typed(options).with("driver", driver).with("node-name", name)));
    }

    private String refusal(String driver, String name, Map<String, ?> options) {
        return assertThrows(BlockException.class, () -> reopen(driver, name, options)).getMessage();
    }

    private EdgeInfo file(String node) {
        return test.layer.graph().find(node).orElseThrow().children().getFirst();
    }

    @Test
    void otherFile_waitsForWritesInFlight_andHoldsNewOnesBack() throws Exception {
        test.addOver("raw", "r", "a");
        try (Root guest = test.writer("r")) {
            Hold hold = test.held("a").holdNext(Operation.WRITE);
            CompletableFuture<Void> early = writing(guest, 0, 1);
            hold.awaitHeld();
            CompletableFuture<Void> reopening =
                    async(() -> {
                        reopen("raw", "r", Map.of("file", "b"));
                        return null;
                    });
            TestLayer.await(() -> isHeldBack(guest));
            CompletableFuture<Void> late = writing(guest, 512, 2);
            assertArrayEquals(filled(1, 0), read(guest, 4096, 1), "reads go on");
            assertFalse(reopening.isDone());
            hold.release();
            get(early);
            get(reopening);
            get(late);
            assertEquals("b", file("r").target());
            assertArrayEquals(filled(512, 0), read(guest, 0, 512));
            assertArrayEquals(filled(512, 2), read(guest, 512, 512));
        }
        try (Root below = test.writer("a")) {
            assertArrayEquals(filled(512, 1), read(below, 0, 512));
            assertArrayEquals(filled(512, 0), read(below, 512, 512), "landed in the new child");
        }
    }

    /** Returns whether new writes of a guest wait. */
    private static boolean isHeldBack(Root guest) {
        try {
            Optional<Admission> admission = guest.consumer("probe").tryAdmit(Access.WRITE, false);
            admission.ifPresent(Admission::close);
            return admission.isEmpty();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static CompletableFuture<Void> writing(Root guest, long offset, int value) {
        return async(() -> {
            write(guest, offset, filled(512, value));
            return null;
        });
    }

    @Test
    void window_comesAndGoes_withTheRoleOfTheChild() throws Exception {
        try (Root below = test.writer("a")) {
            write(below, 512, filled(512, 7));
        }
        test.addOver("raw", "r", "a");
        for (int i = 0; i < 50; i++) {
            reopen("raw", "r", Map.of("file", "a", "offset", 512, "size", 1024));
            assertEquals(ChildRole.DATA, file("r").role());
            reopen("raw", "r", Map.of("file", "a"));
            assertEquals(ChildRole.FILTERED, file("r").role());
        }
        reopen("raw", "r", Map.of("file", "b", "offset", 512));
        try (Root guest = test.writer("r")) {
            assertArrayEquals(filled(512, 0), read(guest, 0, 512));
            reopen("raw", "r", Map.of("file", "a", "offset", 512));
            assertArrayEquals(filled(512, 7), read(guest, 0, 512));
        }
    }

    @Test
    void windowPastTheEndOfTheNewChild_isRefused_andNothingHasChanged() throws Exception {
        test.provide("small", new MemoryNode(4096));
        test.addHeld("small");
        test.addOver("raw", "r", "a");
        assertEquals(
                "Offset (8192) cannot be greater than size of the containing file (4096)",
                refusal("raw", "r", Map.of("file", "small", "offset", 8192)));
        assertEquals("a", file("r").target());
        assertEquals(ChildRole.FILTERED, file("r").role());
        test.layer.delete("small");
    }

    @Test
    void metadata_areFollowedToAFilterOnThem_butNotToOtherBytes() throws Exception {
        test.addOver("format", "f", "a");
        test.addOver("raw", "filter", "a");
        reopen("format", "f", Map.of("file", "filter"));
        assertEquals("filter", file("f").target());
        reopen("format", "f", Map.of("file", "a"));
        assertEquals("a", file("f").target());
        assertEquals(
                "Node 'f' has read its metadata from node 'a': 'file' can only be led to a node"
                        + " that shows the same, such as a filter on it",
                refusal("format", "f", Map.of("file", "b")));
        assertEquals("a", file("f").target());
    }

    @Test
    void nestedDescription_ofWhatIsThere_isNoChange_andOfOtherIsRefused() throws Exception {
        Map<String, Object> disk = Map.of("driver", "held", "tag", 5);
        test.layer.add(OptionTree.typed(Map.of("driver", "raw", "node-name", "r", "file", disk)));
        String below = file("r").target();
        reopen("raw", "r", Map.of("file", disk));
        assertEquals(below, file("r").target());
        assertEquals(
                "Cannot change the option 'file.tag'",
                refusal("raw", "r", Map.of("file", Map.of("driver", "held", "tag", 6))));
        reopen("raw", "r", Map.of("file", "a"));
        test.awaitGone(below);
    }

    @Test
    void childThatIsMissing_nobody_orInACircle_isRefused() throws Exception {
        test.addOver("raw", "r", "a");
        test.addOver("raw", "top", "r");
        assertEquals("Parameter 'file' is missing", refusal("raw", "r", Map.of()));
        assertEquals(
                "Cannot find device='' nor node-name='nobody'",
                refusal("raw", "r", Map.of("file", "nobody")));
        assertEquals(
                "Making 'top' a file child of 'r' would create a cycle",
                refusal("raw", "r", Map.of("file", "top")));
        assertEquals("a", file("r").target());
    }

    @Test
    void twoNodes_changePlaces() throws Exception {
        test.addOver("raw", "low", "a");
        test.addOver("raw", "high", "low");
        test.layer.reopen(
                List.of(
                        OptionTree.typed(
                                Map.of("driver", "raw", "node-name", "low", "file", "high")),
                        OptionTree.typed(
                                Map.of("driver", "raw", "node-name", "high", "file", "a"))));
        assertEquals("high", file("low").target());
        assertEquals("a", file("high").target());
    }

    @Test
    void list_ofADriverThatDoesNotTakeAnother_isRefused() throws Exception {
        test.layer.add(
                OptionTree.typed(
                        Map.of("driver", "deaf", "node-name", "d", "parts", List.of("a", "b"))));
        assertEquals(
                "Cannot change the option 'parts'",
                refusal("deaf", "d", Map.of("parts", List.of("a"))));
        assertEquals(
                "Cannot change the option 'parts'",
                refusal("deaf", "d", Map.of("parts", List.of("a", "b", "c"))));
        reopen("deaf", "d", Map.of("parts", List.of("a", "b")));
        test.layer.delete("c");
    }
}
