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
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.Test;

/** Requests that hang, and what was theirs meanwhile. */
class StuckRequestTest {

    @Test
    void nodeCutOutAndDeletedUnderAHungRead_addedAgain_isRefusedNamingTheReader() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofMillis(200))) {
            test.addHeld("base");
            test.addOverlay("top", "base");
            test.disk("base").put(0, filled(512, 7));
            try (Root reader = test.layer.attach("the reader", "top", Permissions.READ)) {
                Hold hold = test.held("base").holdNext(Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(reader, 0, 512));
                hold.awaitHeld();
                assertThrows(
                        BlockException.class,
                        () ->
                                test.layer.apply((now, plan) ->
                                        plan.detach(
                                                now.edge("top", ChildRole.BACKING)
                                                        .orElseThrow()
                                                        .child())),
                        "it is out, but the read goes on");
                assertThrows(BlockException.class, () -> test.layer.delete("base"));
                assertTrue(test.layer.graph().find("base").isEmpty());
                BlockException refused =
                        assertThrows(BlockException.class, () -> test.addHeld("base"));
                assertTrue(refused.getMessage().contains("the reader"), refused.getMessage());
                Hold closing = test.held("base").holdNext(Operation.CLOSE);
                closing.release();
                assertFalse(closing.isHeld(), "what it has open stays open");
                hold.release();
                assertArrayEquals(filled(512, 7), get(reading));
                test.awaitGone("base");
                assertTrue(closing.isHeld());
                test.addHeld("base");
            }
        }
    }

    @Test
    void exclusiveUser_ofANodeWithAHungWriteThatIsLeaving_waitsForItsEnd() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofMillis(300))) {
            test.addHeld("disk");
            Root writer = test.writer("disk");
            Hold hold = test.held("disk").holdNext(Operation.WRITE);
            CompletableFuture<Void> writing =
                    async(() -> {
                        write(writer, 0, filled(512, 1));
                        return null;
                    });
            hold.awaitHeld();
            assertThrows(BlockException.class, writer::close);
            Permissions alone = Permissions.WRITE_EXCLUSIVE;
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> test.layer.attach("exclusive", "disk", alone));
            assertTrue(refused.getMessage().contains("writer of disk"), refused.getMessage());
            hold.release();
            get(writing);
            TestLayer.await(() -> {
                try {
                    test.layer.attach("exclusive", "disk", alone).close();
                    return true;
                } catch (java.io.IOException notYet) {
                    return false;
                }
            });
        }
    }

    @Test
    void deletion_ofANodeWithAHungWrite_isUndoneWhole() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofMillis(300))) {
            test.addHeld("disk");
            Root writer = test.writer("disk");
            Hold hold = test.held("disk").holdNext(Operation.WRITE);
            Hold inactive = test.held("disk").holdNext(Operation.INACTIVATE);
            inactive.release();
            CompletableFuture<Void> writing =
                    async(() -> {
                        write(writer, 0, filled(512, 1));
                        return null;
                    });
            hold.awaitHeld();
            assertThrows(BlockException.class, writer::close);
            BlockException refused =
                    assertThrows(BlockException.class, () -> test.layer.delete("disk"));
            assertTrue(refused.getMessage().contains("writer of disk"), refused.getMessage());
            assertFalse(inactive.isHeld(), "it is not written out while it is written to");
            assertTrue(test.layer.graph().find("disk").isPresent());
            hold.release();
            get(writing);
            test.layer.delete("disk");
            assertTrue(inactive.isHeld());
            assertEquals(1, test.disk("disk").get(0, 1)[0]);
        }
    }

    @Test
    void cancelledJob_whoseWriteIsStuck_doesNotOverwriteANewerWrite() throws Exception {
        try (TestLayer test = new TestLayer()) {
            DrainTest.blocks(test, "disk");
            DrainTest.adopt(test, CopyJob.driver("copy", (_, _) -> {}));
            try (Root guest = test.writer("disk")) {
                Hold stuck = test.held("disk").holdNext(Operation.WRITE);
                DrainTest.start(test, "copy", "disk");
                stuck.awaitHeld();
                test.layer.jobs().cancel("copy", true);
                Doing<?> newer =
                        Doing.run(() -> write(guest, 0, filled(512, 2)))
                                .awaitWaiting("RangeLocks.hold");
                assertArrayEquals(new byte[512], read(guest, 0, 512), "reads go on");
                stuck.release();
                newer.get();
                assertArrayEquals(filled(512, 2), read(guest, 0, 512));
            }
        }
    }
}
