package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Rig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An image in the real graph, over a file that stops at one request, with load beside it. */
class HungInCoreTest {
    private static final int CLUSTER = 4096;
    private static final int SIZE = 4 << 20;
    private static final int PIECE = 1 << 16;
    private static final int ROUNDS = 10;

    private final MemoryNode storage = new MemoryNode(0);
    private final HeldNode file = new HeldNode(storage);
    private final Workers workers = new Workers();
    private final EmbeddedLayer embedded =
            EmbeddedLayer.start(
                    LayerSettings.DEFAULT, List.of(new Qcow2Plugin(), new HeldPlugin(file)));

    private record HeldPlugin(BlockNode node) implements Plugin {
        @Override
        public List<BlockDriver> drivers() {
            return List.of(new HeldDriver(node));
        }
    }

    private record HeldDriver(BlockNode node) implements BlockDriver {
        @Override
        public String name() {
            return "held";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.PROTOCOL;
        }

        @Override
        public BlockNode open(OpenRequest request) {
            return node;
        }
    }

    @BeforeEach
    void create() throws IOException {
        try (Rig rig = new Rig()) {
            rig.create(
                    new Qcow2Driver(),
                    OptionTree.dotted(Map.of("size", "4M", "cluster_size", "4096")),
                    storage);
        }
        embedded.layer()
                .add(
                        OptionTree.typed(
                                Map.of(
                                        "driver", "qcow2",
                                        "node-name", "disk",
                                        "discard", "unmap",
                                        "file", Map.of("driver", "held"))));
    }

    @AfterEach
    void close() {
        workers.close();
        embedded.close();
    }

    private Root user(String name) throws IOException {
        Set<Permission> used = Set.of(Permission.CONSISTENT_READ, Permission.WRITE);
        Permissions writer =
                new Permissions(
                        used,
                        Set.of(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE));
        return embedded.layer().attach(name, "disk", writer);
    }

    private static byte[] read(Root root, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        try (Admission admission = root.consumer("reader").admit(Access.READ)) {
            root.root().read(admission.request(), offset, MemorySegment.ofArray(bytes));
        }
        return bytes;
    }

    private static void write(Root root, long offset, byte[] bytes, IoFlags flags)
            throws IOException {
        try (Admission admission = root.consumer("writer").admit(Access.WRITE)) {
            root.root().write(admission.request(), offset, MemorySegment.ofArray(bytes), flags);
        }
    }

    private static void discard(Root root, long offset, long length) throws IOException {
        try (Admission admission = root.consumer("writer").admit(Access.WRITE)) {
            root.root().discard(admission.request(), offset, length);
        }
    }

    private static ChainExtent status(Root root, long offset) throws IOException {
        try (Admission admission = root.consumer("asker").admit(Access.READ)) {
            return root.root()
                    .chainExtentAt(admission.request(), offset, CLUSTER, Optional.empty());
        }
    }

    private static void churn(Root root, long from) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            for (long at = from; at < SIZE; at += PIECE) {
                discard(root, at, PIECE);
                write(root, at, filled(PIECE / 512, 100 + round), IoFlags.NONE);
            }
        }
    }

    @Test
    void file_whenAReadHangsInIt_thenStaysBoundedUnderLoad() throws IOException {
        try (Root hung = user("hung");
                Root guest = user("guest")) {
            byte[] before = filled(CLUSTER / 512, 1);
            write(guest, 0, before, IoFlags.NONE);
            HeldNode.Hold hold = file.holdNext(Operation.READ);
            Future<?> read = workers.start(() -> assertArrayEquals(before, read(hung, 0, CLUSTER)));
            hold.awaitHeld();
            churn(guest, 0);
            long length = storage.length();
            assertTrue(length < 3L * SIZE, "the file has " + length + " bytes");
            long waits =
                    embedded.settling().stream()
                            .filter(wait -> wait.what().contains("freed"))
                            .count();
            assertEquals(1, waits, () -> "waits for grace: " + embedded.settling());
            assertFalse(read.isDone());
            hold.release();
            Workers.await(read);
            assertArrayEquals(filled(PIECE / 512, 99 + ROUNDS), read(guest, 0, PIECE));
        }
    }

    /** Its cluster is given up, used by others and made a hole while the file is asked about it. */
    @Test
    void status_whenItsClusterBecomesAHoleMeanwhile_thenIsNotSaidToReadAsZeroes()
            throws IOException {
        try (Root asker = user("asker");
                Root guest = user("guest")) {
            write(guest, 0, filled(CLUSTER / 512, 1), IoFlags.NONE);
            long host = status(asker, 0).location().orElseThrow().offset();
            HeldNode.Hold hold = file.holdNext(Operation.EXTENT);
            FutureTask<ChainExtent> status = new FutureTask<>(() -> status(asker, 0));
            Thread.ofVirtual().start(status);
            hold.awaitHeld();
            write(guest, 0, filled(CLUSTER / 512, 2), IoFlags.COMPRESSED);
            for (int i = 0; i < 16 && !isHole(host); i++) {
                churn(guest, PIECE);
                discard(guest, PIECE, SIZE - PIECE); // more than the limit: the host is told
            }
            assertTrue(isHole(host), "the cluster is no hole: nothing was tested");
            hold.release();
            Workers.await(status);
            assertFalse(status.resultNow().zero(), "the guest's bytes were never zero");
        }
    }

    private boolean isHole(long host) throws IOException {
        try (Rig rig = new Rig();
                var request = rig.request()) {
            return storage.extentAt(request, host, CLUSTER) instanceof Extent.Zero;
        }
    }
}
