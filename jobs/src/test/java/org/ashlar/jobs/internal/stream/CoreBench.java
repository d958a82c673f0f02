package org.ashlar.jobs.internal.stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.jobs.internal.JobsPlugin;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.Waiting;

/**
 * The real layer with a chain of four overlays in memory: top, mid, which is half as long, low and
 * base. Thread-safe: what was heard is guarded by the lock.
 */
final class CoreBench implements AutoCloseable {
    static final int LENGTH = 64 * OverlayDriver.CLUSTER;

    final OverlayDriver driver = new OverlayDriver();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();

    @GuardedBy("lock")
    private final List<Event> events = new ArrayList<>();

    private final EmbeddedLayer embedded =
            EmbeddedLayer.start(LayerSettings.DEFAULT, List.of(new JobsPlugin(), overlays()));

    CoreBench() throws IOException {
        this(OverlayDriver.CLUSTER);
    }

    /** Makes a chain whose top tells of clusters of so many bytes. */
    CoreBench(long topCluster) throws IOException {
        layer().events().subscribe(this::hear);
        Map<String, Object> base = overlay("base", LENGTH, Map.of());
        Map<String, Object> low = overlay("low", LENGTH, Map.of("backing", base));
        Map<String, Object> mid = overlay("mid", LENGTH / 2, Map.of("backing", low));
        layer().add(
                        OptionTree.typed(
                                overlay(
                                        "top",
                                        LENGTH,
                                        Map.of("backing", mid, "cluster-size", topCluster))));
    }

    private static Map<String, Object> overlay(String name, long size, Map<String, Object> more) {
        return OptionTree.typed(more)
                .with("driver", "overlay")
                .with("node-name", name)
                .with("size", size)
                .with("read-only", false)
                .values();
    }

    private Plugin overlays() {
        return new Plugin() {
            @Override
            public List<BlockDriver> drivers() {
                return List.of(driver);
            }
        };
    }

    BlockLayer layer() {
        return embedded.layer();
    }

    private void hear(Event event) {
        lock.lock();
        try {
            events.add(event);
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One call of the command, as a monitor makes it. */
    private record Call(BlockLayer layer, OptionValues arguments, OptionTree tree)
            implements CommandCall {
        @Override
        public void requestShutdown() {
            throw new AssertionError("no command of jobs ends the program");
        }
    }

    void blockStream(Map<String, Object> arguments) throws IOException {
        MonitorCommand command =
                layer().drivers().commands().stream()
                        .filter(found -> found.name().equals("block-stream"))
                        .findFirst()
                        .orElseThrow();
        OptionTree tree = OptionTree.typed(arguments);
        command.run(new Call(layer(), OptionValues.check(command.arguments(), tree), tree));
    }

    /** Returns the statuses that a job was told to have, in order. */
    List<String> statuses(String job) {
        lock.lock();
        try {
            return events.stream()
                    .filter(event -> event.name().equals("JOB_STATUS_CHANGE"))
                    .filter(event -> event.data().get("id").equals(job))
                    .map(event -> String.valueOf(event.data().get("status")))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    void awaitGone(String job) {
        awaitStatus(job, "null");
    }

    void awaitStatus(String job, String status) {
        lock.lock();
        try {
            await(() -> statuses(job).contains(status), "job " + job + " to be " + status);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until exactly these nodes are in the graph; looks again a few times a second. */
    void awaitNodes(List<String> names) {
        lock.lock();
        try {
            await(() -> nodeNames().equals(names), "the graph to be " + names);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void await(BooleanSupplier so, String what) {
        long end = System.nanoTime() + Waiting.LIMIT.toNanos();
        try {
            while (!so.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("waited in vain for " + what + ": " + events);
                }
                var _ = heard.await(20, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    List<String> nodeNames() {
        List<String> names = new ArrayList<>();
        for (String name : List.of("top", "mid", "low", "base")) {
            layer().graph().find(name).map(NodeInfo::name).ifPresent(names::add);
        }
        assertNoOthers(names);
        return names;
    }

    private void assertNoOthers(List<String> names) {
        List<String> all = layer().graph().nodes().stream().map(NodeInfo::name).toList();
        if (!Set.copyOf(names).containsAll(all)) {
            throw new AssertionError("unexpected nodes: " + all);
        }
    }

    /** Fills clusters of every layer at random. */
    void fill(long seed) throws IOException {
        Random random = new Random(seed);
        for (String node : List.of("base", "low", "mid", "top")) {
            int length = node.equals("mid") ? LENGTH / 2 : LENGTH;
            for (int at = 0; at < length; at += OverlayDriver.CLUSTER) {
                if (random.nextInt(3) == 0) {
                    byte[] bytes = new byte[OverlayDriver.CLUSTER];
                    random.nextBytes(bytes);
                    write(node, at, bytes);
                }
            }
        }
    }

    Root client(String node) throws IOException {
        return layer().attach(
                        "client of " + node,
                        node,
                        new Permissions(
                                Set.of(Permission.CONSISTENT_READ, Permission.WRITE),
                                Permissions.NONE.shared()));
    }

    /** Writes into a layer, also into one that lies below others. */
    void write(String node, long offset, byte[] bytes) {
        MemorySegment from = MemorySegment.ofArray(bytes);
        driver.overlay(node).put(offset, from);
    }

    byte[] content() throws IOException {
        try (Root client = client("top")) {
            return read(client, 0, LENGTH);
        }
    }

    static byte[] read(Root root, long offset, int count) throws IOException {
        byte[] bytes = new byte[count];
        try (Admission admission = root.consumer("reader").admit(Access.READ)) {
            root.root().read(admission.request(), offset, MemorySegment.ofArray(bytes));
        }
        return bytes;
    }

    static void write(Root root, long offset, byte[] bytes) throws IOException {
        try (Admission admission = root.consumer("writer").admit(Access.WRITE)) {
            root.root()
                    .write(admission.request(), offset, MemorySegment.ofArray(bytes), IoFlags.NONE);
        }
    }

    static <T> CompletableFuture<T> async(Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (Exception failed) {
                        throw new AssertionError(failed);
                    }
                },
                task -> Thread.ofVirtual().name("client").start(task));
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        embedded.close();
    }
}
