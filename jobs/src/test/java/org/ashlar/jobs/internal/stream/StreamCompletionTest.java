package org.ashlar.jobs.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.graph.ChangePlan.OutsideStep;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The change that ends a stream job, against the graph as it is then. */
class StreamCompletionTest {
    private StreamBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new StreamBench();
    }

    @AfterEach
    void close() throws IOException {
        bench.close();
    }

    private FakePlan plan(Map<String, Object> options, FakeGraph now) throws IOException {
        GraphChange change = bench.job(options).completion().orElseThrow();
        FakePlan plan = new FakePlan();
        change.describe(now, plan);
        return plan;
    }

    private OutsideStep step(Map<String, Object> options) throws IOException {
        return plan(options, bench.graph).steps.getFirst();
    }

    private String header() {
        return bench.overlay()
                .backing()
                .map(name -> name.fileName() + " " + name.format())
                .orElse("none");
    }

    @Test
    void describe_leadsTheOverlayToTheBaseAndReservesAllItReliesOn() throws IOException {
        assertEquals(
                List.of(
                        "reserve top",
                        "reserve mid",
                        "reserve low",
                        "reserve base",
                        "lead backing to base"),
                plan(Map.of("base-node", "base"), bench.graph).wants);
    }

    @Test
    void describe_withoutBase_takesTheEdgeOut() throws IOException {
        List<String> wants = plan(Map.of(), bench.graph).wants;
        assertEquals("detach backing", wants.getLast());
    }

    @Test
    void describe_whenTheBaseIsAnotherThanAtTheStart_leadsToTheOneThatIsThere() throws IOException {
        FakeGraph now =
                new FakeGraph()
                        .leaf("replacement")
                        .overlay("low", "replacement", bench.low.children().getFirst())
                        .overlay("mid", "low", bench.mid.children().getFirst())
                        .overlay("top", "mid", bench.top.children().getFirst());
        FakePlan plan = plan(Map.of("base-node", "base"), now);
        assertEquals("lead backing to replacement", plan.wants.getLast());
        try (RigRequest request = bench.rig.request()) {
            plan.steps.getFirst().apply(request);
        }
        assertEquals("replacement.img overlay", header());
    }

    @Test
    void describe_whenTheChainIsAnother_isRefused() throws IOException {
        GraphChange change = bench.job(Map.of()).completion().orElseThrow();
        FakeGraph others = bench.describe(new FakeGraph(100));
        BlockException refused =
                assertThrows(BlockException.class, () -> change.describe(others, new FakePlan()));
        assertEquals(Kind.BUSY, refused.kind());
    }

    @Test
    void header_namesTheBase_asTheOptionsHaveIt() throws IOException {
        try (RigRequest request = bench.rig.request()) {
            step(Map.of("base-node", "base")).apply(request);
            assertEquals("base.img overlay", header());
            step(Map.of("base-node", "base", "backing-file", "foo.img")).apply(request);
            assertEquals("foo.img overlay", header());
            step(Map.of("base-node", "mid", "backing-file", "bar.img")).apply(request);
            assertEquals("bar.img overlay", header());
            step(Map.of()).apply(request);
            assertEquals("none", header());
        }
    }

    @Test
    void header_overAProtocol_namesRawIfAsked() throws IOException {
        FakeGraph graph =
                new FakeGraph()
                        .protocol("disk")
                        .overlay("mid", "disk", bench.mid.children().getFirst())
                        .overlay("top", "mid", bench.top.children().getFirst());
        for (boolean mask : new boolean[] {false, true}) {
            StreamOptions options =
                    StreamBench.options(Map.of("base-node", "disk", "backing-mask-protocol", mask));
            assertEquals(
                    Optional.of(new ImageReference("disk.img", mask ? "raw" : "overlay")),
                    HeaderName.of(graph, StreamChain.find(graph, options), options));
        }
    }

    @Test
    void header_whenALaterStepFails_isWrittenBack() throws IOException {
        try (RigRequest request = bench.rig.request()) {
            OutsideStep step = step(Map.of());
            step.apply(request);
            step.undo(request);
            assertEquals("old overlay", header());
        }
    }

    @Test
    void header_whenItCannotBeWritten_isLeftAlone() throws IOException {
        try (RigRequest request = bench.rig.request()) {
            OutsideStep step = step(Map.of());
            bench.overlay().failHeader(true);
            assertThrows(IOException.class, () -> step.apply(request));
            bench.overlay().failHeader(false);
            step.undo(request);
            assertEquals("old overlay", header());
        }
    }

    @Test
    void header_whenItCannotBeWrittenBack_saysWhatTheImageNames() throws IOException {
        try (RigRequest request = bench.rig.request()) {
            OutsideStep step = step(Map.of("base-node", "base"));
            step.apply(request);
            bench.overlay().failHeader(true);
            BlockException failed = assertThrows(BlockException.class, () -> step.undo(request));
            assertEquals(
                    "The image of node 'top' names 'base.img' as its backing file, and not 'old'"
                            + " any more; both show the same data",
                    failed.getMessage());
        }
    }

    @Test
    void fileNames_inHeader_areRelativeToTheImageOnlyIfItLiesInTheWorkingDirectory() {
        String here = Path.of("").toAbsolutePath().toString();
        assertEquals("base.img", FileNames.inHeader("base.img", "top.img"));
        assertEquals(here + "/base.img", FileNames.inHeader("base.img", "/elsewhere/top.img"));
        assertEquals("/a/base.img", FileNames.inHeader("/a/base.img", "dir/top.img"));
        assertEquals("nbd://host/x", FileNames.inHeader("nbd://host/x", "dir/top.img"));
        assertEquals("json:{}", FileNames.inHeader("json:{}", "dir/top.img"));
    }
}
