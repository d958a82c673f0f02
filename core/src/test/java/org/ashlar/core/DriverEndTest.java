package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A driver is closed once, after all that is open on it. */
class DriverEndTest {
    private final TestLayer test = new TestLayer(Duration.ofSeconds(10));
    private final MemoryNode disk = new MemoryNode(1 << 16);

    /** Opens one disk and counts how often it is closed. */
    private class Counting implements BlockDriver {
        final AtomicInteger closed = new AtomicInteger();
        final HeldNode node = new HeldNode(disk);

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.PROTOCOL;
        }

        @Override
        public BlockNode open(OpenRequest request) throws IOException {
            return node;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    @AfterEach
    void close() {
        test.close();
    }

    private void addNode() throws IOException {
        test.layer.add(OptionTree.typed(Map.of("driver", "counting", "node-name", "n")));
    }

    @Test
    void driver_thatNothingIsOpenOn_isClosedWhenItLeaves() {
        Counting driver = new Counting();
        Registration place = test.add(driver, 1);
        assertEquals(0, driver.closed.get());
        place.close();
        place.close();
        assertEquals(1, driver.closed.get());
    }

    @Test
    void driver_thatLeavesAndReturnsAsAnotherVersion_isClosed_eachOnce() throws Exception {
        Counting one = new Counting();
        Registration first = test.add(one, 1);
        addNode();
        first.close();
        assertEquals(1, one.closed.get(), "its node is orphaned, the face closed");
        Counting two = new Counting();
        Registration second = test.add(two, 2);
        try (Root guest = test.writer("n")) {
            TestLayer.write(guest, 0, filled(512, 5));
            assertArrayEquals(filled(512, 5), read(guest, 0, 512));
        }
        Counting three = new Counting();
        Registration third = test.add(three, 3);
        second.close();
        assertEquals(1, two.closed.get());
        test.layer.delete("n");
        assertEquals(0, three.closed.get());
        third.close();
        assertEquals(
                List.of(1, 1, 1), List.of(one.closed.get(), two.closed.get(), three.closed.get()));
    }

    @Test
    void driver_whoseFaceIsStillClosing_isClosedAfterIt() throws Exception {
        Counting driver = new Counting();
        Registration place = test.add(driver, 1);
        addNode();
        Hold closing = driver.node.holdNext(Operation.CLOSE);
        CompletableFuture<Void> deleting =
                async(() -> {
                    test.layer.delete("n");
                    return null;
                });
        closing.awaitHeld();
        place.close();
        assertEquals(0, driver.closed.get());
        closing.release();
        get(deleting);
        TestLayer.await(() -> driver.closed.get() == 1);
    }

    @Test
    void driver_thatLeavesWhileItOpens_isClosedAfterTheNode_andOpensNothingMore() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Counting driver =
                new Counting() {
                    @Override
                    public BlockNode open(OpenRequest request) throws IOException {
                        opening.countDown();
                        await(release);
                        throw BlockException.invalid("too late");
                    }
                };
        Registration place = test.add(driver, 1);
        CompletableFuture<Void> adding =
                async(() -> {
                    addNode();
                    return null;
                });
        await(opening);
        place.close();
        assertEquals(0, driver.closed.get());
        release.countDown();
        assertThrows(BlockException.class, () -> get(adding));
        TestLayer.await(() -> driver.closed.get() == 1);
        assertThrows(BlockException.class, this::addNode);
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException stray) {
            throw new AssertionError(stray);
        }
    }

    @Test
    void driver_contributedTwice_staysUntilBothAreWithdrawn() {
        Counting driver = new Counting();
        Registration before = test.add(driver, 1);
        Registration after = test.add(driver, 2);
        before.close();
        assertEquals(0, driver.closed.get());
        after.close();
        assertEquals(1, driver.closed.get());
    }

    @Test
    void embeddedLayer_atItsEnd_closesItsDrivers() throws Exception {
        Counting driver = new Counting();
        Plugin plugin =
                new Plugin() {
                    @Override
                    public List<BlockDriver> drivers() {
                        return List.of(driver);
                    }
                };
        EmbeddedLayer layer = EmbeddedLayer.start(LayerSettings.DEFAULT, List.of(plugin));
        layer.layer().add(OptionTree.typed(Map.of("driver", "counting", "node-name", "n")));
        layer.close();
        assertEquals(1, driver.closed.get());
    }
}
