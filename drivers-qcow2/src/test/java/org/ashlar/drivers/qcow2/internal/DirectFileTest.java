package org.ashlar.drivers.qcow2.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.drivers.raw.internal.RawPlugin;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * An image of small clusters in a real file that was opened with {@code O_DIRECT} and takes 4096
 * bytes at a time: entries of a table and guest data share a block. The file system of the build
 * folder must have {@code O_DIRECT}.
 */
class DirectFileTest {
    private static final int CLUSTER = 512;
    private static final int BLOCK = 4096;

    /** The guest range of the second L2 table, which lies amid data. */
    private static final long SECOND_TABLE = CLUSTER * (CLUSTER / Long.BYTES);

    /** Makes folders where the build is, as the one for temporary files may be memory. */
    private static final class InBuildFolder implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext of, ExtensionContext context)
                throws IOException {
            return Files.createTempDirectory(Path.of("target"), "direct");
        }
    }

    @TempDir(factory = InBuildFolder.class)
    private Path folder;

    private EmbeddedLayer embedded;
    private Path image;
    private HeldNode file;
    private Root root;

    @BeforeEach
    void open() throws IOException {
        image = folder.resolve("image.qcow2");
        Reference.img(
                "create", "-q", "-f", "qcow2", "-o", "cluster_size=512", image.toString(), "1M");
        embedded = EmbeddedLayer.start(LayerSettings.DEFAULT, List.of(new Qcow2Plugin(), files()));
        Map<String, Object> options =
                Map.of(
                        "driver",
                        "qcow2",
                        "node-name",
                        "disk",
                        "cache",
                        Map.of("direct", true),
                        "file",
                        Map.of("driver", "file", "filename", image.toString()));
        try {
            embedded.layer().add(OptionTree.typed(options));
        } catch (BlockException refused) {
            throw new AssertionError(
                    "this test wants a file system with O_DIRECT at " + folder.toAbsolutePath(),
                    refused);
        }
        Set<Permission> used = Set.of(Permission.CONSISTENT_READ, Permission.WRITE);
        root =
                embedded.layer()
                        .attach("test", "disk", new Permissions(used, Permissions.NONE.shared()));
    }

    @AfterEach
    void close() {
        embedded.close();
    }

    /** The shipped file driver, with the calls of its node to be stopped. */
    private Plugin files() {
        BlockDriver shipped =
                new RawPlugin()
                        .drivers().stream()
                                .filter(driver -> driver.name().equals("file"))
                                .findAny()
                                .orElseThrow();
        BlockDriver stoppable =
                new BlockDriver() {
                    @Override
                    public String name() {
                        return shipped.name();
                    }

                    @Override
                    public DriverKind kind() {
                        return shipped.kind();
                    }

                    @Override
                    public List<Option<?>> options() {
                        return shipped.options();
                    }

                    @Override
                    public BlockNode open(OpenRequest request) throws IOException {
                        file = new HeldNode(inBlocks(shipped.open(request)));
                        return file;
                    }
                };
        return new Plugin() {
            @Override
            public List<BlockDriver> drivers() {
                return List.of(stoppable);
            }
        };
    }

    /** What a disk with blocks of 4096 bytes would ask for. */
    private static BlockNode inBlocks(BlockNode node) {
        return (BlockNode)
                Proxy.newProxyInstance(
                        BlockNode.class.getClassLoader(),
                        new Class<?>[] {BlockNode.class},
                        (_, method, arguments) -> {
                            try {
                                Object result = method.invoke(node, arguments);
                                return result instanceof Capabilities able
                                        ? able.withAlignment(BLOCK)
                                        : result;
                            } catch (InvocationTargetException failed) {
                                throw failed.getCause();
                            }
                        });
    }

    private Void write(long offset, int value) throws IOException {
        try (Admission admission = root.consumer("writer").admit(Access.WRITE)) {
            MemorySegment data = MemorySegment.ofArray(cluster(value));
            root.root().write(admission.request(), offset, data, IoFlags.NONE);
            return null;
        }
    }

    private Void flush() throws IOException {
        try (Admission admission = root.consumer("flusher").admit(Access.WRITE)) {
            root.root().flush(admission.request());
            return null;
        }
    }

    private static byte[] cluster(int value) {
        byte[] bytes = new byte[CLUSTER];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void clientsWrite_whileEntriesOfItsBlockAreBetweenReadAndWrite_isNotLost() throws Exception {
        Prepared there = prepare();
        Hold held = holdAfterRead(there.block);
        FutureTask<Void> flush = start(this::flush);
        held.awaitHeld();
        // The client's data, in place, in the block that the flush has read.
        meet(held, flush, () -> write(there.neighbour, 7));
        assertContent(there);
    }

    @Test
    void entries_whileAClientsWriteToTheirBlockIsBetweenReadAndWrite_areNotLost() throws Exception {
        Prepared there = prepare();
        Hold held = holdAfterRead(there.block);
        FutureTask<Void> client = start(() -> write(there.neighbour, 7));
        held.awaitHeld();
        meet(held, client, this::flush);
        assertContent(there);
    }

    /** Lets a second writer come to the block while the first is stopped there. */
    private static void meet(Hold held, FutureTask<Void> first, Callable<Void> other)
            throws Exception {
        FutureTask<Void> second = new FutureTask<>(other);
        Thread thread = Thread.ofVirtual().start(second);
        long end = System.nanoTime() + Waiting.LIMIT.toNanos();
        while (!second.isDone() && !waitsForRange(thread)) {
            assertFalse(System.nanoTime() > end, "it neither waits nor ends");
            Thread.onSpinWait();
        }
        held.release();
        first.get(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        second.get(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static FutureTask<Void> start(Callable<Void> work) {
        FutureTask<Void> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static boolean waitsForRange(Thread thread) {
        return thread.getState() == Thread.State.WAITING
                && Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().endsWith(".RangeLocks"));
    }

    private Hold holdAfterRead(long block) {
        return file.holdAfter(call -> call.operation() == Operation.READ && call.offset() == block);
    }

    /**
     * A table with a change that is not written yet, and its surroundings.
     *
     * @param changed the guest cluster whose entry is not written yet
     * @param neighbour a guest cluster whose data lie in the block of the entry
     * @param block where that block begins in the file
     */
    private record Prepared(long changed, long neighbour, long block) {}

    private Prepared prepare() throws IOException {
        for (long offset = 0; offset < SECOND_TABLE + 8 * CLUSTER; offset += CLUSTER) {
            write(offset, 5);
        }
        flush();
        long changed = SECOND_TABLE + 8 * CLUSTER;
        try (RandomAccessFile in = new RandomAccessFile(image.toFile(), "r")) {
            long table = pointer(in, pointer(in, 40) + Long.BYTES);
            long block = table & -BLOCK;
            for (int i = 0; i < 8; i++) {
                if ((pointer(in, table + i * (long) Long.BYTES) & -BLOCK) == block) {
                    write(changed, 6);
                    return new Prepared(changed, SECOND_TABLE + (long) i * CLUSTER, block);
                }
            }
        }
        throw new AssertionError("no data lie beside the table");
    }

    private static long pointer(RandomAccessFile in, long offset) throws IOException {
        in.seek(offset);
        return in.readLong() & 0x00ff_ffff_ffff_fe00L;
    }

    /** Nothing is lost, neither of what the client wrote nor of what leads to it. */
    private void assertContent(Prepared there) throws IOException {
        root.close();
        embedded.layer().delete("disk");
        Reference.assertClean(image, "the image");
        byte[] content = Reference.content(image);
        for (long offset = 0; offset <= there.changed; offset += CLUSTER) {
            int value = offset == there.changed ? 6 : offset == there.neighbour ? 7 : 5;
            int at = (int) offset;
            assertArrayEquals(
                    cluster(value),
                    Arrays.copyOfRange(content, at, at + CLUSTER),
                    "guest cluster at " + offset);
        }
        assertEquals(1 << 20, content.length);
    }
}
