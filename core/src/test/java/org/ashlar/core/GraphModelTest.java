package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Random changes from several threads, with requests in between: whatever the order, every snapshot
 * keeps the graph's invariants, no request comes to a closed face, and every face is closed once.
 */
class GraphModelTest {
    private static final int CHANGERS = 3;
    private static final int GUESTS = 4;
    private static final int STEPS = 300;
    private static final String[] DISKS = {"a", "b", "c", "d"};
    private static final String[] TOPS = {"t", "u", "v", "w"};

    private final Faces faces = new Faces();
    private final ConcurrentLinkedQueue<Throwable> defects = new ConcurrentLinkedQueue<>();
    private final AtomicInteger applied = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();

    @Test
    void randomChangesAndRequests_keepEveryInvariant(TestReporter reporter) throws Exception {
        long seed = Seed.choose(reporter);
        TestLayer test = new TestLayer(Duration.ofSeconds(20));
        test.add(new TrackedDriver(faces), 1);
        AtomicBoolean stop = new AtomicBoolean();
        List<CompletableFuture<Void>> changers = new ArrayList<>();
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (int i = 0; i < CHANGERS; i++) {
            Random random = new Random(seed + i);
            changers.add(running(() -> change(test, random)));
        }
        for (int i = 0; i < GUESTS; i++) {
            Random random = new Random(seed + 100 + i);
            others.add(running(() -> use(test, random, stop)));
        }
        others.add(running(() -> watch(test, stop)));
        for (CompletableFuture<Void> changer : changers) {
            get(changer);
        }
        stop.set(true);
        for (CompletableFuture<Void> other : others) {
            get(other);
        }
        TestLayer.await(() -> test.layer.graph().leaving().isEmpty());
        check(test.layer.graph());
        test.close();
        assertEquals(List.of(), List.copyOf(defects));
        assertEquals(List.of(), faces.defects());
        assertEquals(0, faces.open(), "every face was closed");
        assertTrue(test.layer.graph().nodes().isEmpty());
        assertTrue(applied.get() > STEPS / 2, "only " + applied + " changes came through");
        assertTrue(served.get() > 0, "no request came through");
    }

    private interface Part {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> running(Part part) {
        return async(() -> {
            part.run();
            return null;
        });
    }

    /** Makes random changes; being refused is fine, a defect is not. */
    private void change(TestLayer test, Random random) {
        for (int i = 0; i < STEPS; i++) {
            try {
                changeOnce(test, random);
                applied.incrementAndGet();
            } catch (IOException refused) {
                assertTrue(refused instanceof BlockException, refused.toString());
            } catch (RuntimeException | Error defect) {
                defects.add(defect);
            }
        }
    }

    private static String any(String[] names, Random random) {
        return names[random.nextInt(names.length)];
    }

    private static void changeOnce(TestLayer test, Random random) throws IOException {
        String disk = any(DISKS, random);
        String top = any(TOPS, random);
        switch (random.nextInt(9)) {
            case 0, 1 -> add(test, disk, Optional.empty());
            case 2 -> add(test, top, Optional.of(random.nextBoolean() ? disk : any(TOPS, random)));
            case 3 -> test.layer.delete(random.nextBoolean() ? disk : top);
            case 4 ->
                    test.layer.apply(
                            (now, plan) -> plan.attach(top, "backing", ChildRole.BACKING, disk));
            case 5 -> test.layer.apply((now, plan) -> plan.detach(backing(now, top).child()));
            case 6 ->
                    test.layer.apply((now, plan) -> {
                        plan.fenceWrites(disk);
                        plan.retarget(backing(now, top).child(), disk);
                    });
            case 7 ->
                    test.layer.reopen(
                            List.of(
                                    OptionTree.typed(
                                            Map.of(
                                                    "driver",
                                                    "tracked",
                                                    "node-name",
                                                    disk,
                                                    "tag",
                                                    random.nextInt(100)))));
            default -> test.layer.resize(disk, (1 << 16) + 512L * random.nextInt(100));
        }
    }

    private static EdgeInfo backing(GraphView now, String top) throws BlockException {
        return now.edge(top, ChildRole.BACKING)
                .orElseThrow(() -> BlockException.invalid(top + " has no backing node"));
    }

    private static void add(TestLayer test, String name, Optional<String> backing)
            throws IOException {
        OptionTree options = OptionTree.typed(Map.of("driver", "tracked", "node-name", name));
        test.layer.add(backing.map(below -> options.with("backing", below)).orElse(options));
    }

    /** Attaches roots of random permissions and sends requests. */
    private void use(TestLayer test, Random random, AtomicBoolean stop) {
        while (!stop.get()) {
            List<String> nodes = test.layer.graph().nodes().stream().map(NodeInfo::name).toList();
            String node = nodes.isEmpty() ? "a" : nodes.get(random.nextInt(nodes.size()));
            Permissions permissions =
                    random.nextInt(3) == 0 ? Permissions.WRITE_EXCLUSIVE : Permissions.READ;
            try (Root root = test.layer.attach("guest", node, permissions)) {
                for (int i = 0; i < 20; i++) {
                    request(root, permissions.uses(Permissions.Permission.WRITE), random);
                    served.incrementAndGet();
                }
            } catch (IOException refused) {
                letOthers();
            } catch (RuntimeException | Error defect) {
                defects.add(defect);
            }
        }
    }

    /** A virtual thread that spins keeps its carrier from all others. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void letOthers() {
        Thread.yield();
    }

    private static void request(Root root, boolean writes, Random random) throws IOException {
        byte[] bytes = new byte[512];
        long offset = 512L * random.nextInt(64);
        try (Admission admission =
                root.consumer("worker").admit(writes ? Access.WRITE : Access.READ)) {
            MemorySegment memory = MemorySegment.ofArray(bytes);
            if (writes) {
                root.root().write(admission.request(), offset, memory, IoFlags.NONE);
            } else {
                root.root().read(admission.request(), offset, memory);
            }
        }
    }

    /** Looks at every snapshot it can get hold of. */
    private void watch(TestLayer test, AtomicBoolean stop) {
        GraphView seen = test.layer.graph();
        while (!stop.get()) {
            GraphView now = test.layer.graph();
            if (now.generation() == seen.generation()) {
                letOthers();
                continue;
            }
            seen = now;
            try {
                check(now);
            } catch (AssertionError wrong) {
                defects.add(wrong);
            }
        }
    }

    /** What has to be true of every snapshot. */
    private static void check(GraphView view) {
        Snapshot graph = (Snapshot) view;
        Set<String> names = new HashSet<>();
        Set<Integer> slots = new HashSet<>();
        for (NodeInfo node : graph.nodes()) {
            assertTrue(names.add(node.name()), "two nodes are named " + node.name());
            node.children().forEach(edge -> checkEdge(graph, edge, slots));
            checkParents(graph, node);
        }
        graph.roots().forEach(edge -> checkEdge(graph, edge, slots));
        assertEquals(graph.nodes().size(), graph.parentsFirst().size(), "no circle");
    }

    private static void checkEdge(GraphView graph, EdgeInfo edge, Set<Integer> slots) {
        assertTrue(graph.find(edge.target()).isPresent(), edge + " leads nowhere");
        int slot = ((EdgeKey) edge.child()).slot();
        assertTrue(slots.add(slot), "two edges share slot " + slot);
    }

    private static void checkParents(GraphView graph, NodeInfo node) {
        List<EdgeInfo> parents = graph.parents(node.name());
        for (int i = 0; i < parents.size(); i++) {
            for (EdgeInfo other : parents.subList(i + 1, parents.size())) {
                EdgeInfo one = parents.get(i);
                assertTrue(
                        one.permissions().agreesWith(other.permissions()),
                        () -> one + " and " + other + " exclude each other");
            }
        }
    }
}
