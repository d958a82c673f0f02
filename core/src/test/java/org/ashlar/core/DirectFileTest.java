package org.ashlar.core;

import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import org.ashlar.core.internal.io.RangeLocks;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Writes of a few bytes to a real file that takes whole blocks only, as it was opened with {@code
 * O_DIRECT}: the file system of the build folder must have that.
 */
class DirectFileTest {
    private static final int NOTE = 8;
    private static final int LENGTH = 1 << 16;

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

    private final TestLayer test = new TestLayer();
    private Path image;

    /** The file's node, with its calls to be stopped; written when it is opened. */
    private volatile HeldNode file;

    @BeforeEach
    void openTheFile() throws IOException {
        image = Files.write(folder.resolve("image"), filled(LENGTH, 9));
        test.add(stoppable(shippedFileDriver()), 1);
        Map<String, Object> options =
                Map.of(
                        "driver",
                        "file",
                        "node-name",
                        "disk",
                        "cache",
                        Map.of("direct", true),
                        "filename",
                        image.toString());
        try {
            test.layer.add(OptionTree.typed(options));
        } catch (BlockException refused) {
            throw new AssertionError(
                    "this test wants a file system with O_DIRECT at " + folder.toAbsolutePath(),
                    refused);
        }
    }

    @AfterEach
    void close() {
        test.close();
    }

    private static BlockDriver shippedFileDriver() {
        return ServiceLoader.load(Plugin.class).stream()
                .flatMap(plugin -> plugin.get().drivers().stream())
                .filter(driver -> driver.name().equals("file"))
                .findAny()
                .orElseThrow();
    }

    private ScriptedDriver stoppable(BlockDriver driver) {
        return new ScriptedDriver(
                driver.name(),
                driver.kind(),
                driver.options(),
                driver.childOptions(),
                request -> {
                    file = new HeldNode(driver.open(request));
                    return file;
                },
                driver::create);
    }

    @Test
    void eightBytes_whileOthersOfTheBlockAreBetweenReadAndWrite_waitAndNeitherIsLost()
            throws Exception {
        try (Root one = test.writer("disk");
                Root two = test.writer("disk")) {
            assertTrue(alignment(one) >= 512, "the file takes any byte by itself");
            Hold betweenReadAndWrite =
                    file.holdAfter(call -> call.operation() == Operation.READ && call.touches(0));
            CompletableFuture<Void> first = new CompletableFuture<>();
            start(first, one, 0, 1);
            betweenReadAndWrite.awaitHeld();
            CompletableFuture<Void> second = new CompletableFuture<>();
            Thread waiting = start(second, two, NOTE, 2);
            TestLayer.await(() -> second.isDone() || waitsForRange(waiting));
            assertFalse(second.isDone(), "it wrote what the first had read before");
            write(two, 8192, filled(NOTE, 3)); // another block is free
            betweenReadAndWrite.release();
            get(first);
            get(second);
        }
        byte[] expected = filled(LENGTH, 9);
        Arrays.fill(expected, 0, NOTE, (byte) 1);
        Arrays.fill(expected, NOTE, 2 * NOTE, (byte) 2);
        Arrays.fill(expected, 8192, 8192 + NOTE, (byte) 3);
        assertArrayEquals(expected, Files.readAllBytes(image));
    }

    private static int alignment(Root root) throws IOException {
        try (Admission admission = root.consumer("test").admit(Access.READ)) {
            return root.root().capabilities(admission.request()).alignment();
        }
    }

    private static Thread start(CompletableFuture<Void> done, Root root, long offset, int value) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        write(root, offset, filled(NOTE, value));
                        done.complete(null);
                    } catch (Throwable failed) {
                        done.completeExceptionally(failed);
                    }
                });
    }

    private static boolean waitsForRange(Thread thread) {
        return thread.getState() == Thread.State.WAITING
                && Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(RangeLocks.class.getName()));
    }
}
