package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an edge does on the way into a node that can do little. */
class EdgeTest {
    private static final int LENGTH = 1 << 16;
    private static final Capabilities BLOCKS =
            Capabilities.READ_ONLY
                    .with(Feature.WRITE, Feature.PARALLEL)
                    .withAlignment(512)
                    .withMaxTransfer(4096);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anyRange_ofANodeWithBlocks_readsAndWritesWhatItShould(
            boolean serial, TestReporter reporter) throws Exception {
        Random random = new Random(Seed.choose(reporter));
        byte[] model = new byte[LENGTH];
        try (TestLayer test = new TestLayer()) {
            Capabilities able = serial ? BLOCKS.without(Feature.PARALLEL) : BLOCKS;
            test.provide("disk", new MemoryNode(LENGTH, able));
            test.addHeld("disk");
            try (Root root = test.writer("disk")) {
                for (int i = 0; i < 2000; i++) {
                    step(root, model, random);
                }
                assertArrayEquals(model, read(root, 0, LENGTH));
            }
        }
    }

    private static void step(Root root, byte[] model, Random random) throws Exception {
        int offset = random.nextInt(LENGTH);
        int length = random.nextInt(Math.min(9000, LENGTH - offset)) + 1;
        switch (random.nextInt(4)) {
            case 0 -> {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                write(root, offset, bytes);
                System.arraycopy(bytes, 0, model, offset, length);
            }
            case 1 -> {
                try (Admission admission = root.consumer("test").admit(Access.WRITE)) {
                    root.root().zero(admission.request(), offset, length, IoFlags.FUA);
                }
                Arrays.fill(model, offset, offset + length, (byte) 0);
            }
            default ->
                    assertArrayEquals(
                            Arrays.copyOfRange(model, offset, offset + length),
                            read(root, offset, length));
        }
    }

    @Test
    void twoRoots_changingOneBlock_loseNeitherChange() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.provide("disk", new MemoryNode(LENGTH, BLOCKS));
            test.addHeld("disk");
            try (Root one = test.writer("disk");
                    Root other = test.writer("disk")) {
                Hold afterRead =
                        test.held("disk").holdAfter(call -> call.operation() == Operation.READ);
                CompletableFuture<Void> first =
                        async(() -> {
                            write(one, 0, new byte[] {1, 1, 1, 1});
                            return null;
                        });
                afterRead.awaitHeld();
                CompletableFuture<Void> second =
                        async(() -> {
                            write(other, 4, new byte[] {2, 2, 2, 2});
                            return null;
                        });
                afterRead.release();
                get(first);
                get(second);
                assertArrayEquals(new byte[] {1, 1, 1, 1, 2, 2, 2, 2}, read(one, 0, 8));
            }
        }
    }

    @Test
    void alignedWrite_whileAnotherChangesPartOfTheBlock_waitsForIt() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.provide("disk", new MemoryNode(LENGTH, BLOCKS));
            test.addHeld("disk");
            try (Root root = test.writer("disk")) {
                Hold afterRead =
                        test.held("disk").holdAfter(call -> call.operation() == Operation.READ);
                CompletableFuture<Void> part =
                        async(() -> {
                            write(root, 0, new byte[] {1, 1, 1, 1});
                            return null;
                        });
                afterRead.awaitHeld();
                byte[] whole = new byte[512];
                Arrays.fill(whole, (byte) 3);
                CompletableFuture<Void> all =
                        async(() -> {
                            write(root, 0, whole);
                            return null;
                        });
                afterRead.release();
                get(part);
                get(all);
                byte[] now = read(root, 0, 512);
                assertEquals(
                        3, now[511], "the whole block was written last or the part on top of it");
                assertTrue(now[0] == 1 || now[0] == 3);
            }
        }
    }

    @Test
    void readOnlyNode_refusesEveryChange() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.layer.add(
                    OptionTree.typed(
                            Map.of("driver", "held", "node-name", "disk", "read-only", true)));
            BlockException refused = assertThrows(BlockException.class, () -> test.writer("disk"));
            assertEquals("Block node is read-only", refused.getMessage());
            try (Root root = test.layer.attach("reader", "disk", Permissions.READ)) {
                BlockException atWrite =
                        assertThrows(BlockException.class, () -> write(root, 0, new byte[1]));
                assertEquals(Kind.NOT_PERMITTED, atWrite.kind());
            }
        }
    }

    @Test
    void root_doesOnlyWhatItsPermissionsSay() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            try (Root reader = test.layer.attach("reader", "disk", Permissions.READ);
                    Root nobody = test.layer.attach("nobody", "disk", Permissions.NONE)) {
                BlockException write =
                        assertThrows(BlockException.class, () -> write(reader, 0, new byte[1]));
                assertEquals(Kind.NOT_PERMITTED, write.kind());
                assertEquals("reader does not hold the permission 'write'", write.getMessage());
                BlockException read = assertThrows(BlockException.class, () -> read(nobody, 0, 1));
                assertEquals(Kind.NOT_PERMITTED, read.kind());
                reader.permissions(TestLayer.READ_WRITE);
                write(reader, 0, new byte[] {1});
                assertArrayEquals(new byte[] {1}, test.disk("disk").get(0, 1));
            }
        }
    }

    @Test
    void range_pastTheEnd_isRefusedAtTheRoot() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            try (Root root = test.writer("disk")) {
                for (long[] range :
                        new long[][] {{LENGTH, 1}, {LENGTH - 1, 2}, {-1, 1}, {Long.MAX_VALUE, 1}}) {
                    BlockException refused =
                            assertThrows(
                                    BlockException.class,
                                    () -> read(root, range[0], (int) range[1]));
                    assertEquals(Kind.INVALID, refused.kind());
                }
            }
        }
    }

    @Test
    void mustNotBlock_onANodeThatMay_hasNoEffect() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.provide("disk", new MemoryNode(LENGTH, BLOCKS));
            test.addHeld("disk");
            try (Root root = test.writer("disk");
                    Admission admission =
                            root.consumer("test").tryAdmit(Access.WRITE, true).orElseThrow()) {
                BlockException refused =
                        assertThrows(
                                BlockException.class,
                                () ->
                                        root.root()
                                                .write(
                                                        admission.request(),
                                                        0,
                                                        MemorySegment.ofArray(new byte[512]),
                                                        IoFlags.NONE));
                assertEquals(Kind.WOULD_BLOCK, refused.kind());
                assertEquals(0, refused.getStackTrace().length);
            }
        }
    }

    @Test
    void chainExtent_saysWhichLayerDecides() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("base");
            test.disk("base").put(0, new byte[] {1});
            test.addOverlay("middle", "base");
            test.addOverlay("top", "middle");
            try (Root middle = test.writer("middle")) {
                write(middle, 4096, new byte[] {2});
            }
            try (Root top = test.writer("top")) {
                write(top, 8192, new byte[] {3});
                assertEquals(2, extent(top, 0, Optional.empty()).depth());
                assertEquals(1, extent(top, 4096, Optional.empty()).depth());
                assertEquals(0, extent(top, 8192, Optional.empty()).depth());
                assertTrue(extent(top, 0, Optional.empty()).allocated());
                assertFalse(extent(top, 0, Optional.of("base")).allocated());
                assertTrue(extent(top, 4096, Optional.of("base")).allocated());
                assertFalse(extent(top, 4096, Optional.of("middle")).allocated());
            }
        }
    }

    private static ChainExtent extent(Root root, long offset, Optional<String> base)
            throws Exception {
        try (Admission admission = root.consumer("test").admit(Access.READ)) {
            return root.root().chainExtentAt(admission.request(), offset, 4096, base);
        }
    }

    @Test
    void drain_closesTheGate_nestsAndCoversASourceAddedMeanwhile() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("disk");
            try (Root root = test.writer("disk")) {
                Hold hold =
                        test.held("disk")
                                .holdBefore(call -> call.operation() == Operation.TRUNCATE);
                CompletableFuture<Void> shrink =
                        async(() -> {
                            test.layer.resize("disk", LENGTH / 2);
                            return null;
                        });
                hold.awaitHeld();
                assertTrue(root.consumer("test").tryAdmit(Access.READ, false).isEmpty());
                try (Root late = test.layer.attach("late", "disk", Permissions.READ)) {
                    assertTrue(
                            late.consumer("test").tryAdmit(Access.READ, false).isEmpty(),
                            "born gated");
                    hold.release();
                    get(shrink);
                    assertEquals(512, read(late, 0, 512).length);
                }
                assertThrows(BlockException.class, () -> read(root, LENGTH / 2, 1));
            }
        }
    }
}
