package org.ashlar.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Doing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may use a node beside whom. */
class PermissionTest {
    private final TestLayer test = new TestLayer();

    @BeforeEach
    void openAFile() throws IOException {
        test.add(
                ScriptedDriver.format("image", (file, _) -> new ScriptedDriver.Passing(file) {}),
                1);
        test.addHeld("f");
    }

    @AfterEach
    void close() {
        test.close();
    }

    /** The words, and their order, are the reference's: the earlier user is named first. */
    @Test
    void twoFormats_onOneFile_areRefusedNamingTheEarlierFirst() throws Exception {
        test.addOver("image", "a", "f");
        BlockException refused =
                assertThrows(BlockException.class, () -> test.addOver("image", "b", "f"));
        assertEquals(Kind.NOT_PERMITTED, refused.kind());
        assertTrue(
                refused.getMessage()
                        .endsWith(
                                "are both required by node 'a' (uses node 'f' as 'file' child) and"
                                        + " unshared by node 'b' (uses node 'f' as 'file' child)."),
                refused.getMessage());
    }

    @Test
    void permissions_travelDownTheGraph_withWhatParentsDo() throws Exception {
        test.addOverlay("top", "f");
        try (Root root = test.layer.attach("reader", "top", Permissions.NONE)) {
            EdgeInfo below = test.layer.graph().edge("top", ChildRole.BACKING).orElseThrow();
            assertTrue(below.permissions().used().isEmpty());
            root.permissions(Permissions.READ);
            below = test.layer.graph().edge("top", ChildRole.BACKING).orElseThrow();
            assertEquals(
                    Permissions.READ.used(),
                    below.permissions().used(),
                    "it is read below as well");
        }
    }

    @Test
    void change_thatWouldPutAWriterBesideAnExclusiveUserFurtherDown_isRefusedWhole()
            throws Exception {
        test.add(ScriptedDriver.filter("filter", (file, _) -> new ScriptedDriver.Passing(file)), 1);
        test.addOver("filter", "x", "f");
        try (Root _ = test.layer.attach("alone", "f", Permissions.WRITE_EXCLUSIVE)) {
            BlockException refused = assertThrows(BlockException.class, () -> test.writer("x"));
            assertTrue(refused.getMessage().contains("alone"), refused.getMessage());
            assertTrue(refused.getMessage().contains("node 'x'"), refused.getMessage());
            assertEquals(1, test.layer.graph().roots().size());
        }
        test.writer("x").close();
    }

    @Test
    void twoExclusiveUsers_comingAtOnce_oneIsRefused() throws Exception {
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Root> one = exclusive("one");
            CompletableFuture<Root> other = exclusive("other");
            int refused = 0;
            for (CompletableFuture<Root> user : List.of(one, other)) {
                try {
                    TestLayer.get(user).permissions(Permissions.NONE);
                } catch (BlockException conflict) {
                    assertEquals(Kind.NOT_PERMITTED, conflict.kind());
                    refused++;
                }
            }
            assertTrue(refused <= 1, "one of them had come first");
            for (CompletableFuture<Root> user : List.of(one, other)) {
                if (!user.isCompletedExceptionally()) {
                    TestLayer.get(user).close();
                }
            }
        }
    }

    private CompletableFuture<Root> exclusive(String label) {
        return TestLayer.async(() -> test.layer.attach(label, "f", Permissions.WRITE_EXCLUSIVE));
    }

    /**
     * A user of {@code top} that tolerates no other writer comes while {@code top} is laid over
     * {@code middle}, whose base is written. Alone each is possible, together they are not.
     */
    @Test
    void user_aboveANodeThatIsGivenAChild_isCheckedAgainstTheUsersFurtherDown() throws Exception {
        test.addOverlay("middle", "f");
        test.layer.add(OptionTree.typed(Map.of("driver", "overlay", "node-name", "top")));
        ChangesTest.Step step = new ChangesTest.Step(_ -> {});
        try (Root _ = test.writer("f")) {
            CompletableFuture<Void> laying =
                    TestLayer.async(() -> {
                        test.layer.apply((_, plan) -> {
                            plan.attach("top", "backing", ChildRole.BACKING, "middle");
                            plan.outside(step);
                        });
                        return null;
                    });
            step.awaitReached();
            Doing<Root> alone =
                    Doing.start(() ->
                                    test.layer.attach("alone", "top", Permissions.WRITE_EXCLUSIVE))
                            .awaitWaiting("awaitOther");
            step.release();
            TestLayer.get(laying);
            BlockException refused = assertThrows(BlockException.class, alone::get);
            assertEquals(Kind.NOT_PERMITTED, refused.kind());
            assertTrue(refused.getMessage().contains("writer of f"), refused.getMessage());
        }
    }
}
