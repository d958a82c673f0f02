package org.ashlar.core;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.ashlar.core.internal.event.EventBus;
import org.ashlar.core.internal.layer.Composition;
import org.ashlar.core.internal.layer.LayerImpl;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Plugins;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Waiting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A layer for tests: driver {@code held} opens a memory disk whose calls a test can stop, driver
 * {@code overlay} lies on a backing node and copies blocks of 4096 bytes when they are written.
 */
final class TestLayer implements AutoCloseable {
    static final Permissions READ_WRITE =
            new Permissions(
                    Set.of(Permission.CONSISTENT_READ, Permission.WRITE),
                    Permissions.NONE.shared());

    final Registry registry = new Registry();
    final OverlayDriver overlays = new OverlayDriver();
    final LayerImpl layer;
    private final Registry.Registration watching;
    private final Map<String, HeldNode> held = new ConcurrentHashMap<>();
    private final Map<String, MemoryNode> disks = new ConcurrentHashMap<>();

    TestLayer(Duration limit) {
        this(limit, false);
    }

    TestLayer(Duration limit, boolean trace) {
        this(new LayerSettings(true, limit, limit, trace));
    }

    TestLayer(LayerSettings settings) {
        this(settings, LoggerFactory.getLogger(TestLayer.class));
    }

    /** Makes a layer that says in {@code log} what becomes of nodes whose driver changes. */
    TestLayer(LayerSettings settings, Logger log) {
        Plugin plugin =
                new Plugin() {
                    @Override
                    public List<BlockDriver> drivers() {
                        return List.of(new HeldDriver(TestLayer.this), overlays);
                    }
                };
        Plugins.add(registry, plugin, Rank.NONE);
        Composition.Composed composed = Composition.compose(registry, new EventBus(), settings);
        layer = composed.layer();
        watching = registry.listen(composed.graph().driverWatch(log));
    }

    TestLayer() {
        this(Duration.ofSeconds(30));
    }

    /** Makes the disk of a node of that name, or returns the one it had. */
    MemoryNode disk(String name) {
        return disks.computeIfAbsent(name, _ -> new MemoryNode(1 << 16));
    }

    /** Returns the place to stop calls of the node of that name. */
    HeldNode held(String name) {
        return held.computeIfAbsent(name, key -> new HeldNode(disk(key)));
    }

    /** Makes the node of that name show this disk. */
    void provide(String name, MemoryNode disk) {
        disks.put(name, disk);
    }

    void addHeld(String name) throws IOException {
        layer.add(OptionTree.typed(Map.of("driver", "held", "node-name", name)));
    }

    void addOverlay(String name, Object backing) throws IOException {
        layer.add(
                OptionTree.typed(
                        Map.of("driver", "overlay", "node-name", name, "backing", backing)));
    }

    /** Adds an overlay of so many bytes. */
    void addOverlay(String name, String backing, long size) throws IOException {
        layer.add(
                OptionTree.typed(
                        Map.of(
                                "driver",
                                "overlay",
                                "node-name",
                                name,
                                "backing",
                                backing,
                                "size",
                                size)));
    }

    /** Adds a driver, or a newer version of one. */
    Registry.Registration add(BlockDriver driver, int version) {
        return registry.add(Kind.NODE, driver, new Rank(version, Rank.NONE.version()));
    }

    /** Adds a node of a driver over another node. */
    void addOver(String driver, String name, String file) throws IOException {
        layer.add(OptionTree.typed(Map.of("driver", driver, "node-name", name, "file", file)));
    }

    /** Waits until a node of that name neither is in the graph nor leaves it. */
    void awaitGone(String name) {
        await(() ->
                layer.graph().find(name).isEmpty()
                        && layer.graph().leaving().stream()
                                .noneMatch(node -> node.name().equals(name)));
    }

    /** Waits until something is so, with a limit. */
    static void await(BooleanSupplier condition) {
        Waiting.until(condition, "the layer to come there");
    }

    Root writer(String node) throws IOException {
        return layer.attach("writer of " + node, node, READ_WRITE);
    }

    static byte[] read(Root root, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        try (Admission admission = root.consumer("test").admit(Access.READ)) {
            root.root().read(admission.request(), offset, MemorySegment.ofArray(bytes));
        }
        return bytes;
    }

    /** Returns so many bytes of one value. */
    static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static void write(Root root, long offset, byte[] bytes) throws IOException {
        try (Admission admission = root.consumer("test").admit(Access.WRITE)) {
            root.root()
                    .write(admission.request(), offset, MemorySegment.ofArray(bytes), IoFlags.NONE);
        }
    }

    /** Runs on a virtual thread. */
    static <T> CompletableFuture<T> async(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        result.complete(work.call());
                    } catch (Throwable failed) {
                        result.completeExceptionally(failed);
                    }
                });
        return result;
    }

    /** Waits for a result, with a limit. */
    static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        }
    }

    @Override
    public void close() {
        watching.close();
        layer.close();
    }
}
