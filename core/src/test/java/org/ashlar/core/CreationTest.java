package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that are created, on nodes and on files that are opened for it. */
class CreationTest {
    private final TestLayer test = new TestLayer();
    private final ImageDrivers images = new ImageDrivers();

    @TempDir private Path folder;

    @BeforeEach
    void addDrivers() {
        images.addTo(test);
    }

    @AfterEach
    void close() {
        test.close();
        assertEquals(0, images.open.get(), "everything was closed");
    }

    private void create(Map<String, ?> options) throws IOException {
        test.layer.create(OptionTree.typed(options));
    }

    private static Map<String, ?> file(String name) {
        return Map.of("driver", "file", "filename", name);
    }

    @Test
    void image_onAFileThatIsOpenedForIt_isWrittenAndClosed() throws Exception {
        images.blank("new");
        create(Map.of("driver", "pic", "file", file("new"), "size", "128k"));
        assertEquals(List.of("new"), images.closed);
        assertEquals(128 << 10, images.files.get("new").length());
        assertArrayEquals(
                "PIC!\0".getBytes(StandardCharsets.UTF_8), images.files.get("new").get(0, 5));
        assertTrue(test.layer.graph().nodes().isEmpty());
        assertTrue(test.layer.graph().roots().isEmpty());
    }

    @Test
    void image_onANode_leavesTheNode() throws Exception {
        images.blank("new");
        test.layer.add(OptionTree.typed(file("new")).with("node-name", "disk"));
        create(Map.of("driver", "pic", "file", "disk", "size", 4096));
        assertEquals(4096, images.files.get("new").length());
        assertTrue(images.closed.isEmpty());
        assertTrue(test.layer.graph().roots().isEmpty(), "nothing holds it any more");
        test.layer.delete("disk");
    }

    @Test
    void image_thatIsWrittenPastTheEndOfANode_makesTheNodeGrow() throws Exception {
        RealDrivers.addTo(test, 1);
        test.add(
                ScriptedDriver.format("growing", (file, _) -> new ScriptedDriver.Passing(file))
                        .creating(request ->
                                request.file()
                                        .write(
                                                request.request(),
                                                8192,
                                                MemorySegment.ofArray(TestLayer.filled(512, 7)),
                                                IoFlags.NONE)),
                2);
        Path path = Files.createFile(folder.resolve("new"));
        test.layer.add(OptionTree.typed(file(path.toString())).with("node-name", "disk"));
        create(Map.of("driver", "growing", "file", "disk"));
        assertEquals(8192 + 512, Files.size(path));
        test.layer.delete("disk");
    }

    @Test
    void failedCreation_closesWhatItOpened_andHoldsNothing() throws Exception {
        images.blank("new");
        BlockException failed =
                assertThrows(
                        BlockException.class,
                        () ->
                                create(
                                        Map.of(
                                                "driver",
                                                "pic",
                                                "file",
                                                file("new"),
                                                "size",
                                                4096,
                                                "broken",
                                                true)));
        assertEquals("it is broken", failed.getMessage());
        assertEquals(List.of("new"), images.closed);
        assertTrue(test.layer.graph().roots().isEmpty());
        create(Map.of("driver", "pic", "file", file("new"), "size", 4096));
    }

    @Test
    void node_thatSomebodyWrites_isNotWrittenOver() throws Exception {
        images.blank("new");
        test.layer.add(OptionTree.typed(file("new")).with("node-name", "disk"));
        try (Root _ = test.writer("disk")) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> create(Map.of("driver", "pic", "file", "disk", "size", 4096)));
            assertEquals(Kind.NOT_PERMITTED, refused.kind());
        }
        create(Map.of("driver", "pic", "file", "disk", "size", 4096));
    }

    @Test
    void node_beingWrittenByACreation_isHeldAgainstWriters() throws Exception {
        CountDownLatch creating = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        test.add(
                ScriptedDriver.format("slow", (file, _) -> new ScriptedDriver.Passing(file))
                        .creating(request -> {
                            Child file = request.file();
                            creating.countDown();
                            Waiting.on(release, "the end of a creation");
                            file.length(request.request());
                        }),
                1);
        test.addHeld("disk");
        CompletableFuture<Void> creation =
                async(() -> {
                    create(Map.of("driver", "slow", "file", "disk"));
                    return null;
                });
        Waiting.on(creating, "the creation");
        BlockException refused = assertThrows(BlockException.class, () -> test.writer("disk"));
        assertTrue(refused.getMessage().contains("creating a slow image"), refused.getMessage());
        assertThrows(BlockException.class, () -> test.layer.delete("disk"));
        test.layer.attach("reader", "disk", Permissions.READ).close();
        release.countDown();
        get(creation);
        test.writer("disk").close();
    }

    @Test
    void badOptions_areRefused() {
        images.blank("new");
        assertEquals(
                "Parameter 'driver' is missing",
                assertThrows(BlockException.class, () -> create(Map.of())).getMessage());
        assertEquals(
                "Parameter 'size' is missing",
                assertThrows(
                                BlockException.class,
                                () -> create(Map.of("driver", "pic", "file", file("new"))))
                        .getMessage());
        assertEquals(
                "Parameter 'file' is missing",
                assertThrows(
                                BlockException.class,
                                () -> create(Map.of("driver", "pic", "size", 4096)))
                        .getMessage());
        assertEquals(
                "Unknown driver 'nope'",
                assertThrows(BlockException.class, () -> create(Map.of("driver", "nope")))
                        .getMessage());
    }
}
