package org.ashlar.core;

import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.MemoryNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * From options to nodes: what is looked up where, what is refused, what is left after a failure.
 */
class OpeningTest {
    private final TestLayer test = new TestLayer();
    private final ImageDrivers images = new ImageDrivers();

    @BeforeEach
    void addDrivers() {
        images.addTo(test);
    }

    @AfterEach
    void close() {
        test.close();
        assertEquals(0, images.open.get(), "everything was closed");
    }

    private String add(Map<String, ?> options) throws IOException {
        return test.layer.add(OptionTree.typed(options));
    }

    private BlockException refusal(Map<String, ?> options) {
        BlockException refused = assertThrows(BlockException.class, () -> add(options));
        assertTrue(test.layer.graph().nodes().isEmpty(), "nothing was published");
        assertEquals(0, images.open.get(), "nothing was left open");
        return refused;
    }

    private String backingFileOf(String name) throws IOException {
        return test.layer.graph().below(name).orElseThrow().fileName();
    }

    @Nested
    class Backing {
        @Test
        void nameInTheImage_isRelativeToTheImage() throws Exception {
            images.image("dir/top", "sub/base");
            images.image("dir/sub/base", "");
            add(Map.of("node-name", "t", "filename", "dir/top"));
            assertEquals("dir/sub/base", backingFileOf("t"));
        }

        @Test
        void absoluteName_staysAsItIs() throws Exception {
            images.image("dir/top", "/base");
            images.image("/base", "");
            add(Map.of("node-name", "t", "filename", "dir/top"));
            assertEquals("/base", backingFileOf("t"));
        }

        @Test
        void jsonName_isExpanded() throws Exception {
            images.image("top", "json:{\"driver\":\"pic\",\"file\":{\"filename\":\"base\"}}");
            images.image("base", "");
            add(Map.of("node-name", "t", "filename", "top"));
            assertEquals("base", backingFileOf("t"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"json:", "json:null", "json:[]", "json:{", "json:{} x", "json:7"})
        void jsonName_thatIsNoObject_isRefused(String name) {
            images.image("top", name);
            BlockException refused = refusal(Map.of("node-name", "t", "filename", "top"));
            assertEquals(Kind.INVALID, refused.kind(), refused.getMessage());
        }

        @Test
        void jsonName_thatNamesANodeThatIsNotThere_isRefused() {
            images.image("top", "json:{\"driver\":\"pic\",\"file\":\"nobody\"}");
            BlockException refused = refusal(Map.of("node-name", "t", "filename", "top"));
            assertEquals(Kind.NOT_FOUND, refused.kind());
        }

        @Test
        void loop_isRefusedAndNothingStaysOpen() {
            images.image("a", "b");
            images.image("b", "a");
            BlockException refused = refusal(Map.of("node-name", "t", "filename", "a"));
            assertTrue(
                    refused.getMessage().contains("creates an infinite loop."),
                    refused.getMessage());
        }

        @Test
        void loop_throughNamesThatGrow_isRefused(@TempDir Path folder) throws Exception {
            Files.createFile(folder.resolve("a"));
            String name = folder.resolve("a").toString();
            for (int i = 0; i < 100; i++) { // as the file system has it, every one is the same
                images.image(name, "./a");
                name = name.substring(0, name.length() - 1) + "./a";
            }
            BlockException refused =
                    refusal(Map.of("node-name", "t", "filename", folder.resolve("a").toString()));
            assertTrue(
                    refused.getMessage().contains("creates an infinite loop."),
                    refused.getMessage());
        }

        @Test
        void nameThatIsNoPath_isAnErrorOfTheImage() {
            images.image("top", "json:{\"driver\":\"file\",\"filename\":\"x\\u0000y\"}");
            assertEquals(
                    Kind.NOT_FOUND, refusal(Map.of("node-name", "t", "filename", "top")).kind());
        }

        @Test
        void ruledOut_isNotOpened() throws Exception {
            images.image("top", "base");
            add(Map.of("node-name", "t", "filename", "top", "backing", ""));
            assertTrue(test.layer.graph().below("t").isEmpty());
        }

        @Test
        void nodeThatIsReferredTo_isTaken_andNotWhatTheImageNames() throws Exception {
            images.image("top", "base");
            images.image("base", "");
            images.image("other", "");
            add(Map.of("node-name", "o", "filename", "other"));
            add(Map.of("node-name", "t", "filename", "top", "backing", "o"));
            assertEquals("o", test.layer.graph().below("t").orElseThrow().name());
            test.layer.delete("t");
            assertTrue(test.layer.graph().find("o").isPresent(), "it was there before");
        }

        @Test
        void missing_isNamed_andTheImageIsClosedAgain() {
            images.image("top", "base");
            BlockException refused = refusal(Map.of("node-name", "t", "filename", "top"));
            assertEquals(
                    "Could not open backing file: Could not open 'base'", refused.getMessage());
            assertEquals(List.of("top"), images.closed);
        }

        @Test
        void isReadOnly_andInheritsTheCacheOptions() throws Exception {
            images.image("top", "base");
            images.image("base", "");
            add(
                    Map.of(
                            "node-name", "t",
                            "filename", "top",
                            "cache", Map.of("direct", true, "no-flush", true)));
            assertFalse(images.settings.get("top").readOnly());
            assertTrue(images.settings.get("base").readOnly());
            for (String file : List.of("top", "base")) {
                assertTrue(images.settings.get(file).direct());
                assertTrue(images.settings.get(file).noFlush());
            }
        }
    }

    @Nested
    class Probed {
        private final byte[] signature = "PIC!".getBytes(StandardCharsets.UTF_8);

        @Test
        void signature_decidesTheFormat() throws Exception {
            images.image("file", "");
            images.blank("blank");
            add(Map.of("node-name", "a", "filename", "file"));
            add(Map.of("node-name", "b", "filename", "blank"));
            assertEquals("pic", test.layer.graph().node("a").driver());
            assertEquals("plain", test.layer.graph().node("b").driver());
        }

        private Root guarded() throws IOException {
            images.blank("blank");
            add(Map.of("node-name", "b", "filename", "blank", "discard", "unmap"));
            return test.writer("b");
        }

        private void assertRefused(org.junit.jupiter.api.function.Executable write) {
            BlockException refused = assertThrows(BlockException.class, write);
            assertEquals(Kind.NOT_PERMITTED, refused.kind());
        }

        @Test
        void guessedFormat_refusesASignature_wholeOrInParts() throws Exception {
            try (Root root = guarded()) {
                assertRefused(() -> write(root, 0, signature));
                write(root, 0, new byte[] {'P', 'I'});
                assertRefused(() -> write(root, 2, new byte[] {'C', '!'}));
                write(root, 512, signature); // there it means nothing
                assertArrayEquals(new byte[] {'P', 'I', 0, 0}, read(root, 0, 4));
            }
        }

        @Test
        void namedFormat_isNotGuarded() throws Exception {
            images.blank("blank");
            add(
                    Map.of(
                            "node-name", "b",
                            "driver", "plain",
                            "file", Map.of("driver", "file", "filename", "blank")));
            try (Root root = test.writer("b")) {
                write(root, 0, signature);
            }
        }

        @Test
        void guessedFormat_discardsNothingOfItsHead() throws Exception {
            MemoryNode disk = images.blank("blank");
            add(Map.of("node-name", "b", "filename", "blank", "discard", "unmap"));
            disk.put(0, filled(8192, 1));
            try (Root root = test.writer("b");
                    Admission admission = root.consumer("test").admit(Access.WRITE)) {
                root.root().discard(admission.request(), 0, 8192);
                assertArrayEquals(filled(512, 1), disk.get(0, 512));
                root.root().zero(admission.request(), 0, 512, IoFlags.NONE);
                assertArrayEquals(new byte[512], disk.get(0, 512));
            }
        }
    }

    @Nested
    class Refused {
        @Test
        void unknownDriver_option_andType() {
            images.image("a", "");
            Map<String, ?> file = Map.of("driver", "file", "filename", "a");
            assertEquals("Unknown driver 'nope'", refusal(Map.of("driver", "nope")).getMessage());
            assertEquals(
                    "Block format 'pic' does not support the option 'bogus'",
                    refusal(Map.of("driver", "pic", "file", file, "bogus", 1)).getMessage());
            assertEquals(
                    "Block protocol 'file' doesn't support the option 'bogus'",
                    refusal(Map.of("driver", "file", "filename", "a", "bogus", 1)).getMessage());
            assertEquals(
                    "Block format 'pic' does not support the option 'bogus'",
                    refusal(Map.of("driver", "pic", "file", file, "bogus", Map.of())).getMessage());
            assertEquals(
                    "Invalid parameter type for 'broken', expected: boolean",
                    refusal(Map.of("driver", "pic", "file", file, "broken", 1)).getMessage());
            assertEquals(
                    "Invalid parameter type for 'read-only', expected: boolean",
                    refusal(Map.of("driver", "pic", "file", file, "read-only", 1)).getMessage());
            assertEquals("Must specify either driver or file", refusal(Map.of()).getMessage());
            assertEquals(
                    "Unknown protocol 'gopher'",
                    refusal(Map.of("filename", "gopher://x")).getMessage());
        }

        @Test
        void childThatIsNoChild_isRefused() {
            for (Object child : new Object[] {1, true, List.of("a")}) {
                assertEquals(Kind.INVALID, refusal(Map.of("driver", "pic", "file", child)).kind());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "1a", "#a", "a b", "a/b", "-a"})
        void badNames(String name) {
            images.image("a", "");
            assertEquals(
                    "Invalid node-name: '" + name + "'",
                    refusal(Map.of("node-name", name, "filename", "a")).getMessage());
        }

        @Test
        void nameThatIsTaken_inTheGraphOrTheSameDescription() throws Exception {
            images.image("a", "");
            assertEquals(
                    "Duplicate nodes with node-name='x'",
                    refusal(
                                    Map.of(
                                            "driver", "pic",
                                            "node-name", "x",
                                            "file",
                                                    Map.of(
                                                            "driver", "file",
                                                            "node-name", "x",
                                                            "filename", "a")))
                            .getMessage());
        }

        @Test
        void failureAfterTheChildren_closesThemAll_andLeavesTheirNamesFree() throws Exception {
            images.image("a", "");
            images.image("b", "");
            Map<String, ?> file = Map.of("driver", "file", "node-name", "f", "filename", "a");
            Map<String, ?> backing = Map.of("node-name", "low", "filename", "b");
            BlockException refused =
                    refusal(
                            Map.of(
                                    "driver", "pic", "file", file, "backing", backing, "broken",
                                    true));
            assertEquals("it is broken", refused.getMessage());
            assertEquals(3, images.closed.size(), images.closed.toString());
            add(Map.of("driver", "pic", "node-name", "t", "file", file, "backing", backing));
            assertEquals("f", test.layer.graph().edge("t", ChildRole.IMAGE).orElseThrow().target());
        }

        @Test
        void failedOpenings_useUpNoPlaces() throws Exception {
            images.image("a", "");
            add(Map.of("node-name", "first", "filename", "a"));
            int before = highestSlot();
            test.layer.delete("first");
            for (int i = 0; i < 100; i++) {
                refusal(Map.of("filename", "a", "broken", true));
            }
            add(Map.of("node-name", "last", "filename", "a"));
            assertEquals(before, highestSlot());
        }

        private int highestSlot() {
            return test.layer.graph().nodes().stream()
                    .flatMap(node -> node.children().stream())
                    .mapToInt(
                            edge -> ((org.ashlar.core.internal.graph.EdgeKey) edge.child()).slot())
                    .max()
                    .orElseThrow();
        }
    }

    @Test
    void implicitOpens_canBeForbidden() throws Exception {
        images.image("top", "base");
        images.image("base", "");
        LayerSettings strict =
                new LayerSettings(
                        false,
                        java.time.Duration.ofSeconds(5),
                        java.time.Duration.ofSeconds(5),
                        false);
        try (TestLayer closed = new TestLayer(strict)) {
            images.addTo(closed);
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () -> closed.layer.add(OptionTree.typed(Map.of("filename", "top"))));
            assertEquals(Kind.NOT_PERMITTED, refused.kind());
            closed.layer.add(OptionTree.typed(Map.of("node-name", "b", "filename", "base")));
            closed.layer.add(OptionTree.typed(Map.of("filename", "top", "backing", "b")));
        }
    }
}
