package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.Test;

/** What waits for a request that hangs is listed, with whom it waits for. */
class SettlingTest {

    private static List<String> listed(TestLayer test) {
        return test.layer.settling().stream().map(Settling::what).toList();
    }

    @Test
    void changes_behindAHungRead_areListedWithItsReader_theLongestFirst() throws Exception {
        try (TestLayer test = new TestLayer(Duration.ofMillis(200))) {
            test.addHeld("base");
            test.addOverlay("top", "base");
            try (Root reader = test.layer.attach("the reader", "top", Permissions.READ);
                    Root _ = test.layer.attach("idle", "top", Permissions.READ)) {
                Hold hold = test.held("base").holdNext(Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(reader, 0, 512));
                hold.awaitHeld();
                assertThrows(BlockException.class, () -> detach(test), "it settles on");
                assertThrows(BlockException.class, () -> test.layer.delete("base"));
                assertEquals(
                        List.of("settling changing the graph", "settling deleting node 'base'"),
                        listed(test));
                for (Settling one : test.layer.settling()) {
                    assertEquals(List.of("the reader"), one.waitingFor());
                    assertTrue(one.age().isPositive());
                }
                hold.release();
                get(reading);
                test.awaitGone("base");
                TestLayer.await(() -> test.layer.settling().isEmpty());
            }
        }
    }

    private static void detach(TestLayer test) throws Exception {
        test.layer.apply((now, plan) ->
                plan.detach(now.edge("top", ChildRole.BACKING).orElseThrow().child()));
    }

    @Test
    void whatANodeFreed_behindAHungRead_isListedWithItsReader() throws Exception {
        Background[] work = new Background[1];
        try (TestLayer test = new TestLayer()) {
            test.add(
                    ScriptedDriver.filter(
                            "freeing",
                            (file, request) -> {
                                work[0] = request.background();
                                return new ScriptedDriver.Passing(file);
                            }),
                    1);
            test.addHeld("disk");
            test.addOver("freeing", "top", "disk");
            try (Root reader = test.layer.attach("the reader", "top", Permissions.READ)) {
                Hold hold = test.held("disk").holdNext(Operation.READ);
                CompletableFuture<byte[]> reading = async(() -> read(reader, 0, 512));
                hold.awaitHeld();
                CompletableFuture<Void> freed = new CompletableFuture<>();
                work[0].afterGrace(() -> freed.complete(null));
                TestLayer.await(() -> listed(test).equals(List.of("what node 'top' freed")));
                assertEquals(List.of("the reader"), test.layer.settling().getFirst().waitingFor());
                hold.release();
                get(reading);
                get(freed);
                TestLayer.await(() -> test.layer.settling().isEmpty());
            }
        }
    }
}
