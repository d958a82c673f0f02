package org.ashlar.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.Test;

/** Layers that programs embed: each is alone in the world, and says what is in flight in it. */
class TwoLayersTest {
    private static final LayerSettings TRACED =
            new LayerSettings(true, Duration.ofSeconds(30), Duration.ofSeconds(30), true);

    /** Offers one driver, {@code disk}, of the given node. */
    private static Plugin offering(HeldNode node) {
        return new Plugin() {
            @Override
            public List<BlockDriver> drivers() {
                return List.of(ScriptedDriver.protocol("disk", _ -> node));
            }
        };
    }

    private static HeldNode disk(int value) {
        MemoryNode disk = new MemoryNode(1 << 16);
        disk.put(0, TestLayer.filled(512, value));
        return new HeldNode(disk);
    }

    private static void add(EmbeddedLayer layer) throws IOException {
        layer.layer().add(OptionTree.typed(Map.of("driver", "disk", "node-name", "node")));
    }

    private static Root attach(EmbeddedLayer layer) throws IOException {
        return layer.layer().attach("guest", "node", TestLayer.READ_WRITE);
    }

    @Test
    void twoLayers_ofTheSameNames_doNotSeeEachOther() throws Exception {
        HeldNode one = disk(1);
        HeldNode two = disk(2);
        List<String> heard = new ArrayList<>();
        try (EmbeddedLayer first = EmbeddedLayer.start(TRACED, List.of(offering(one)));
                EmbeddedLayer second = EmbeddedLayer.start(TRACED, List.of(offering(two)))) {
            second.layer().events().subscribe(event -> heard.add(event.name()));
            add(first);
            assertTrue(second.layer().graph().nodes().isEmpty());
            add(second);
            try (Root ofFirst = attach(first);
                    Root ofSecond = attach(second)) {
                Hold hold = one.holdNext(Operation.READ);
                CompletableFuture<byte[]> reading =
                        TestLayer.async(() -> TestLayer.read(ofFirst, 0, 512));
                hold.awaitHeld();
                TestLayer.write(ofSecond, 0, TestLayer.filled(512, 3));
                second.layer().apply((_, plan) -> plan.drain("node")); // the other's read hangs on
                assertTrue(second.requestsInFlight().isEmpty());
                assertEquals(1, first.requestsInFlight().size());
                hold.release();
                assertArrayEquals(TestLayer.filled(512, 1), TestLayer.get(reading));
                assertArrayEquals(TestLayer.filled(512, 3), TestLayer.read(ofSecond, 0, 512));
                first.layer().events().publish("DEVICE_DELETED", Map.of());
            }
            first.layer().delete("node");
            assertTrue(second.layer().graph().find("node").isPresent());
            assertTrue(heard.isEmpty(), heard.toString());
        }
    }

    @Test
    void request_inFlight_isListedWithItsSourceThreadAndAge() throws Exception {
        HeldNode node = disk(1);
        try (EmbeddedLayer layer = EmbeddedLayer.start(TRACED, List.of(offering(node)))) {
            add(layer);
            try (Root root = attach(layer)) {
                Hold hold = node.holdNext(Operation.READ);
                CompletableFuture<byte[]> reading =
                        TestLayer.async(() -> TestLayer.read(root, 0, 512));
                hold.awaitHeld();
                InFlight one = layer.requestsInFlight().getFirst();
                assertEquals("guest", one.source());
                assertTrue(one.thread().contains("#"), one.thread());
                assertTrue(one.age().isPositive());
                hold.release();
                TestLayer.get(reading);
                TestLayer.await(() -> layer.requestsInFlight().isEmpty());
            }
        }
    }

    @Test
    void workOfANode_isListed_alsoWhenItOutlivesWhoStartedIt() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        try (TestLayer test = new TestLayer(Duration.ofSeconds(30), true)) {
            test.add(
                    ScriptedDriver.filter(
                            "working",
                            (file, request) ->
                                    new ScriptedDriver.Passing(file) {
                                        private final org.ashlar.spi.Background work =
                                                request.background();

                                        @Override
                                        public void flush(org.ashlar.spi.Request flush) {
                                            work.tryStart(
                                                    "slow",
                                                    _ -> {
                                                        running.countDown();
                                                        Waiting.on(release, "the end of work");
                                                    });
                                        }
                                    }),
                    1);
            test.addHeld("disk");
            test.addOver("working", "top", "disk");
            try (Root root = test.writer("top")) {
                try (var admission = root.consumer("test").admit(Access.READ)) {
                    root.root().flush(admission.request());
                }
                Waiting.on(running, "the work");
                assertEquals(
                        List.of("background work of node 'top'"),
                        test.layer.inFlight().stream().map(InFlight::source).toList());
                release.countDown();
                TestLayer.await(() -> test.layer.inFlight().isEmpty());
            }
        }
    }

    @Test
    void layerThatDoesNotTrace_listsNothing() throws Exception {
        HeldNode node = disk(1);
        try (EmbeddedLayer layer =
                EmbeddedLayer.start(LayerSettings.DEFAULT, List.of(offering(node)))) {
            add(layer);
            try (Root root = attach(layer);
                    var _ = root.consumer("test").admit(Access.READ)) {
                assertTrue(layer.requestsInFlight().isEmpty());
                assertThrows(
                        BlockException.class, () -> layer.layer().graph().node("another layer's"));
            }
        }
    }
}
