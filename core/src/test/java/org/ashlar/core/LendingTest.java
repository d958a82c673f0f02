package org.ashlar.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.job.JobDriver;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Read-only nodes that are writable as long as a job needs it. */
class LendingTest {
    private final TestLayer test = new TestLayer(Duration.ofSeconds(10));
    private final CountDownLatch release = new CountDownLatch(1);

    @TempDir private Path folder;
    private Path file;

    /** Makes node {@code disk} writable, and writes to it when it is released. */
    private final class Writing implements JobDriver {
        @Override
        public String type() {
            return "writing";
        }

        @Override
        public BlockJob prepare(JobRequest request) throws IOException {
            request.makeWritable("disk");
            Child root = request.attachRoot("target", "disk", TestLayer.READ_WRITE);
            BlockJob writing = new CopyJob(root, (_, _) -> {});
            return new BlockJob() {
                @Override
                public void run(JobControl control) throws IOException {
                    awaitRelease();
                    writing.run(control);
                }
            };
        }
    }

    private void awaitRelease() {
        try {
            assertTrue(release.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException stray) {
            throw new AssertionError(stray);
        }
    }

    @BeforeEach
    void addDisk() throws IOException {
        RealDrivers.addTo(test, 1);
        DrainTest.adopt(test, new Writing());
        file = Files.write(folder.resolve("disk"), new byte[4096]);
    }

    @AfterEach
    void close() {
        release.countDown();
        test.close();
    }

    private void add(Map<String, Object> file) throws IOException {
        test.layer.add(
                OptionTree.typed(
                        Map.of(
                                "driver",
                                "raw",
                                "node-name",
                                "disk",
                                "read-only",
                                true,
                                "file",
                                file)));
    }

    private void start() throws IOException {
        test.layer
                .jobs()
                .start(
                        "writing",
                        new JobSettings("j", 0, ErrorPolicy.REPORT, true, true),
                        OptionTree.empty());
    }

    private List<Boolean> readOnly() {
        return test.layer.graph().nodes().stream()
                .map(node -> node.settings().readOnly())
                .distinct()
                .toList();
    }

    private void awaitEnd() {
        release.countDown();
        TestLayer.await(() -> test.layer.jobs().list().isEmpty());
    }

    @Test
    void node_andStorageThatIsReadOnlyBecauseOfIt_areLent_andGivenBack() throws Exception {
        add(Map.of("driver", "file", "filename", file.toString()));
        assertEquals(List.of(true), readOnly());
        start();
        assertEquals(List.of(false), readOnly());
        awaitEnd();
        assertEquals(List.of(true), readOnly());
        assertArrayEquals(TestLayer.filled(8, 1), Arrays.copyOf(Files.readAllBytes(file), 8));
        assertThrows(BlockException.class, () -> test.writer("disk"));
    }

    @Test
    void storageThatWasSaidToBeReadOnly_isNotLent() throws Exception {
        add(Map.of("driver", "file", "filename", file.toString(), "read-only", true));
        BlockException refused = assertThrows(BlockException.class, this::start);
        assertEquals("Block node is read-only", refused.getMessage());
        assertEquals(List.of(true), readOnly());
    }

    @Test
    void node_thatSomebodyElseWritesMeanwhile_staysWritable() throws Exception {
        add(Map.of("driver", "file", "filename", file.toString()));
        start();
        try (var writer = test.writer("disk")) {
            awaitEnd();
            TestLayer.write(writer, 0, TestLayer.filled(512, 3));
        }
        assertEquals(List.of(false), readOnly());
    }

    @Test
    void node_underAnOverlayThatIsInUse_isMadeReadOnlyWhileARequestHangsInIt() throws Exception {
        test.addHeld("store");
        test.layer.add(
                OptionTree.typed(Map.of("driver", "raw", "node-name", "disk", "file", "store")));
        test.addOverlay("top", "disk");
        try (Root client = test.writer("top")) {
            Hold hang = test.held("store").holdBefore(call -> call.operation() == Operation.READ);
            CompletableFuture<byte[]> hanging =
                    TestLayer.async(() -> TestLayer.read(client, 0, 512));
            hang.awaitHeld();
            test.layer.makeReadOnly("disk");
            assertFalse(test.layer.graph().node("disk").writable());
            TestLayer.write(client, 4096, TestLayer.filled(512, 3));
            hang.release();
            assertArrayEquals(new byte[512], TestLayer.get(hanging));
            test.layer.makeReadOnly("disk"); // which it is
        }
        assertThrows(BlockException.class, () -> test.writer("disk"));
    }

    @Test
    void node_thatSomebodyWrites_isNotMadeReadOnly() throws Exception {
        test.addHeld("store");
        test.layer.add(
                OptionTree.typed(Map.of("driver", "raw", "node-name", "disk", "file", "store")));
        try (Root writer = test.writer("disk")) {
            BlockException refused =
                    assertThrows(BlockException.class, () -> test.layer.makeReadOnly("disk"));
            assertEquals(BlockException.Kind.NOT_PERMITTED, refused.kind());
            TestLayer.write(writer, 0, TestLayer.filled(512, 3));
        }
        assertThrows(BlockException.class, () -> test.layer.makeReadOnly("nobody"));
    }

    @Test
    void node_withAWriter_cannotBeMadeReadOnly() throws Exception {
        test.layer.add(
                OptionTree.typed(Map.of("driver", "raw", "node-name", "disk"))
                        .with("file", Map.of("driver", "file", "filename", file.toString())));
        OptionTree options =
                OptionTree.typed(Map.of("driver", "raw", "node-name", "disk", "read-only", true))
                        .with("file", Map.of("driver", "file", "filename", file.toString()));
        try (var writer = test.writer("disk")) {
            BlockException refused =
                    assertThrows(BlockException.class, () -> test.layer.reopen(List.of(options)));
            assertEquals(
                    "Read-only block node 'disk' cannot support read-write users",
                    refused.getMessage());
            TestLayer.write(writer, 0, TestLayer.filled(512, 3));
        }
        test.layer.reopen(List.of(options));
        assertFalse(test.layer.graph().node("disk").writable());
    }
}
