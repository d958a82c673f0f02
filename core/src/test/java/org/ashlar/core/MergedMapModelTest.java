package org.ashlar.core;

import static org.ashlar.core.OverlayDriver.BLOCK;
import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * A chain of overlays under random writes and reads from several clients, while snapshots are put
 * on it, layers are streamed away and cut: no read shows less than what was acknowledged when it
 * began, nor more than what had begun when it ended, and the status says so, too.
 */
class MergedMapModelTest {
    private static final int CLIENTS = 3;
    private static final int CHANGES = 40;
    private static final int BLOCKS = 120;

    /** The last blocks are not the clients': layers are cut there. */
    private static final int CUT = 8;

    private static final long LENGTH = (long) (BLOCKS + CUT) * BLOCK;
    private static final int SECTOR = 512;
    private static final int SECTORS = BLOCKS * BLOCK / SECTOR;

    private final TestLayer test = new TestLayer();
    private final AtomicIntegerArray begun = new AtomicIntegerArray(SECTORS);
    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(SECTORS);
    private final AtomicLong reads = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();

    /** From the top down: what each layer stores in the blocks at the end, -1 where nothing. */
    private final List<Layer> layers = new ArrayList<>();

    private static final class Layer {
        private final String name;
        private final int[] tail = new int[CUT];

        private Layer(String name) {
            this.name = name;
            Arrays.fill(tail, -1);
        }
    }

    @Test
    void chain_underRandomWritesAndChanges_showsWhatWasAcknowledged(TestReporter reporter)
            throws Exception {
        long seed = Seed.choose(reporter);
        test.provide("base", new MemoryNode(LENGTH));
        test.addHeld("base");
        addLayer("base");
        addLayer("node0");
        addLayer("node1");
        try (Root root = test.writer("node2")) {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Client client = new Client(root, i, new Random(seed + i));
                clients.add(
                        async(() -> {
                            client.run();
                            return null;
                        }));
            }
            try {
                change(root, new Random(seed - 1));
            } finally {
                stop.set(true);
            }
            for (CompletableFuture<Void> client : clients) {
                get(client);
            }
        } finally {
            test.close();
        }
        assertTrue(reads.get() > CHANGES, "only " + reads + " reads");
    }

    private void addLayer(String below) throws IOException {
        String name = "node" + layers.size();
        test.addOverlay(name, below, LENGTH);
        layers.addFirst(new Layer(name));
    }

    /** One that writes sectors of its own, each with its number and version, and reads all. */
    private final class Client {
        private final Root root;
        private final int number;
        private final Random random;

        private Client(Root root, int number, Random random) {
            this.root = root;
            this.number = number;
            this.random = random;
        }

        private void run() throws IOException {
            while (!stop.get()) {
                if (random.nextInt(4) == 0) {
                    write();
                } else {
                    read();
                }
            }
        }

        private void write() throws IOException {
            int sector = random.nextInt(SECTORS / CLIENTS) * CLIENTS + number;
            int version = begun.incrementAndGet(sector);
            MemorySegment bytes = MemorySegment.ofArray(new byte[SECTOR]);
            bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 0, sector);
            bytes.set(ValueLayout.JAVA_INT_UNALIGNED, SECTOR - 4, version);
            try (Admission admission = root.consumer("client").admit(Access.WRITE)) {
                root.root().write(admission.request(), (long) sector * SECTOR, bytes, IoFlags.NONE);
            }
            acknowledged.set(sector, version);
        }

        /** Several reads may share an admission, which may be on a graph that is not the newest. */
        private void read() throws IOException {
            int[] least = new int[SECTORS];
            for (int i = 0; i < SECTORS; i++) {
                least[i] = acknowledged.get(i);
            }
            try (Admission admission = root.consumer("client").admit(Access.READ)) {
                for (int i = random.nextInt(4); i >= 0; i--) {
                    int first = random.nextInt(SECTORS);
                    checkStatus(admission, first, least);
                    int count = Math.min(1 + random.nextInt(40), SECTORS - first);
                    MemorySegment bytes = MemorySegment.ofArray(new byte[count * SECTOR]);
                    root.root().read(admission.request(), (long) first * SECTOR, bytes);
                    for (int j = 0; j < count; j++) {
                        check(bytes.asSlice((long) j * SECTOR, SECTOR), first + j, least);
                    }
                    reads.incrementAndGet();
                }
            }
        }

        /** Nothing that was acknowledged is in a hole. */
        private void checkStatus(Admission admission, int first, int[] least) throws IOException {
            long offset = (long) first * SECTOR;
            ChainExtent extent =
                    root.root()
                            .chainExtentAt(
                                    admission.request(),
                                    offset,
                                    (long) (SECTORS - first) * SECTOR,
                                    Optional.empty());
            int end = first + (int) (extent.zero() ? extent.length() / SECTOR : 0);
            for (int i = first; i < end; i++) {
                int sector = i;
                assertEquals(0, least[i], () -> "sector " + sector + " is in a hole");
            }
        }

        private void check(MemorySegment bytes, int sector, int[] least) {
            int version = bytes.get(ValueLayout.JAVA_INT_UNALIGNED, SECTOR - 4);
            int shown = bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            assertEquals(version == 0 ? 0 : sector, shown);
            int most = begun.get(sector);
            assertTrue(
                    version >= least[sector] && version <= most,
                    () ->
                            "sector %d: version %d, not within %d and %d"
                                    .formatted(sector, version, least[sector], most));
        }
    }

    private void change(Root root, Random random) throws Exception {
        int added = layers.size();
        for (int i = 0; i < CHANGES; i++) {
            int first = layers.size() > 7 ? 3 : 0;
            int end = layers.size() < 4 ? 3 : 4;
            switch (random.nextInt(first, end)) {
                case 0 -> snapshot("node" + added++);
                case 1 -> cut(layers.get(random.nextInt(layers.size())), random.nextInt(CUT));
                case 2 -> writeTail(root, random.nextInt(CUT), 1 + random.nextInt(100));
                default -> stream(1 + random.nextInt(layers.size() - 1));
            }
            checkTail(root);
        }
    }

    private void snapshot(String name) throws IOException {
        String top = layers.getFirst().name;
        test.layer.add(
                OptionTree.typed(Map.of("driver", "overlay", "node-name", name, "size", LENGTH)));
        test.layer.apply((now, plan) -> {
            plan.fenceWrites(top);
            for (EdgeInfo parent : now.parents(top)) {
                plan.retarget(parent.child(), name);
            }
            plan.attach(name, "backing", ChildRole.BACKING, top);
        });
        layers.addFirst(new Layer(name));
    }

    /** Copies what a layer and those below it show into the one above, and takes it out. */
    private void stream(int index) throws Exception {
        Layer above = layers.get(index - 1);
        Layer gone = layers.get(index);
        try (Root root = test.writer(above.name)) {
            byte[] block = new byte[BLOCK];
            for (long at = 0; at < LENGTH; at += BLOCK) {
                if (!test.overlays.isStored(gone.name, at)) {
                    continue;
                }
                try (Admission admission = root.consumer("stream").admit(Access.WRITE)) {
                    MemorySegment bytes = MemorySegment.ofArray(block);
                    root.root().read(admission.request(), at, bytes);
                    root.root().write(admission.request(), at, bytes, IoFlags.POPULATE);
                }
            }
        }
        String below = index + 1 < layers.size() ? layers.get(index + 1).name : "base";
        test.layer.apply((now, plan) -> {
            plan.reserve(below);
            plan.retarget(now.edge(above.name, ChildRole.BACKING).orElseThrow().child(), below);
        });
        test.layer.delete(gone.name);
        for (int i = 0; i < CUT; i++) {
            above.tail[i] = above.tail[i] < 0 ? gone.tail[i] : above.tail[i];
        }
        layers.remove(index);
    }

    /** What lies below a layer that was cut does not show where it has grown again. */
    private void cut(Layer layer, int blocks) throws IOException {
        test.layer.resize(layer.name, LENGTH - (long) blocks * BLOCK);
        test.layer.resize(layer.name, LENGTH);
        Arrays.fill(layer.tail, CUT - blocks, CUT, 0);
    }

    private void writeTail(Root root, int block, int value) throws IOException {
        TestLayer.write(root, (long) (BLOCKS + block) * BLOCK, TestLayer.filled(BLOCK, value));
        layers.getFirst().tail[block] = value;
    }

    private void checkTail(Root root) throws IOException {
        for (int i = 0; i < CUT; i++) {
            int block = i;
            OptionalInt deciding =
                    IntStream.range(0, layers.size())
                            .filter(layer -> layers.get(layer).tail[block] >= 0)
                            .findFirst();
            int expected = deciding.isPresent() ? layers.get(deciding.getAsInt()).tail[block] : 0;
            assertEquals(deciding.orElse(layers.size()), depth(root, BLOCKS + i));
            byte[] seen = TestLayer.read(root, (long) (BLOCKS + i) * BLOCK, SECTOR);
            assertEquals(expected, seen[7], () -> "block " + block + " of " + layers.size());
        }
    }

    private static int depth(Root root, int block) throws IOException {
        try (Admission admission = root.consumer("status").admit(Access.READ)) {
            return root.root()
                    .chainExtentAt(
                            admission.request(), (long) block * BLOCK, BLOCK, Optional.empty())
                    .depth();
        }
    }
}
