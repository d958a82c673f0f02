package org.ashlar.jobs.internal.stream;

import static org.ashlar.jobs.internal.stream.OverlayDriver.CLUSTER;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stream jobs on the real graph, under load and in forced interleavings. */
class StreamOnCoreTest {
    private CoreBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new CoreBench();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static byte[] cluster(int value) {
        byte[] bytes = new byte[CLUSTER];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void stream_whileClientsWriteAndRead_keepsTheContentAndShortensTheChain(TestReporter reporter)
            throws IOException {
        long seed = Seed.choose(reporter);
        bench.fill(seed);
        byte[] model = bench.content();
        AtomicBoolean done = new AtomicBoolean();
        int half = model.length / 2;
        try (Root client = bench.client("top")) {
            List<CompletableFuture<Void>> load =
                    List.of(
                            CompletableFuture.runAsync(
                                    () -> load(client, model, 0, new Random(seed), done)),
                            CompletableFuture.runAsync(
                                    () -> load(client, model, half, new Random(~seed), done)));
            bench.blockStream(Map.of("job-id", "j", "device", "top"));
            bench.awaitGone("j");
            done.set(true);
            load.forEach(CompletableFuture::join);
        }
        assertArrayEquals(model, bench.content(), "seed " + seed);
        assertEquals(List.of("top"), bench.nodeNames());
        assertEquals(Optional.empty(), bench.driver.overlay("top").backing());
        assertEquals(
                List.of("created", "running", "waiting", "pending", "concluded", "null"),
                bench.statuses("j"));
        assertEquals(1, bench.driver.faults("mid").calls(Operation.CLOSE));
    }

    /** Writes and reads at random in one half, until done. */
    private static void load(
            Root client, byte[] model, int from, Random random, AtomicBoolean done) {
        try {
            while (!done.get()) {
                int offset = from + random.nextInt(model.length / 2 - 20_000);
                byte[] bytes = new byte[1 + random.nextInt(20_000)];
                if (random.nextBoolean()) {
                    random.nextBytes(bytes);
                    CoreBench.write(client, offset, bytes);
                    System.arraycopy(bytes, 0, model, offset, bytes.length);
                }
                assertArrayEquals(
                        Arrays.copyOfRange(model, offset, offset + bytes.length),
                        CoreBench.read(client, offset, bytes.length));
            }
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void stream_whileAReadIsHeldBelow_letsItEndOnTheOldChainBeforeTheNodeIsClosed()
            throws Exception {
        bench.write("mid", 0, cluster(3));
        HeldNode.Hold hold = bench.driver.holds("mid").holdNext(Operation.READ);
        try (Root client = bench.client("top")) {
            CompletableFuture<byte[]> held =
                    CoreBench.async(() -> CoreBench.read(client, 0, CLUSTER));
            hold.awaitHeld();
            bench.blockStream(Map.of("job-id", "j", "device", "top"));
            bench.awaitNodes(List.of("top"));
            assertEquals(0, bench.driver.faults("mid").calls(Operation.CLOSE));
            assertFalse(held.isDone());
            assertArrayEquals(cluster(3), CoreBench.read(client, 0, CLUSTER));
            hold.release();
            assertArrayEquals(cluster(3), CoreBench.get(held));
            bench.awaitGone("j");
            assertEquals(1, bench.driver.faults("mid").calls(Operation.CLOSE));
        }
    }

    @Test
    void stream_toABase_leadsTheOverlayThereAndNamesItInTheHeader() throws IOException {
        bench.fill(7);
        byte[] before = bench.content();
        bench.blockStream(
                Map.of(
                        "job-id",
                        "j",
                        "device",
                        "top",
                        "base-node",
                        "low",
                        "backing-file",
                        "l.img"));
        bench.awaitGone("j");
        assertArrayEquals(before, bench.content());
        assertEquals(List.of("top", "low", "base"), bench.nodeNames());
        assertEquals("l.img", bench.driver.overlay("top").backing().orElseThrow().fileName());
        assertEquals("low", bench.layer().graph().below("top").orElseThrow().name());
    }

    @Test
    void stream_whereAClusterIsZeroInPartAndDataOfTheBaseInPart_keepsTheData() throws IOException {
        try (CoreBench wide = new CoreBench(4L * CLUSTER)) {
            for (int at = 0; at < CoreBench.LENGTH; at += CLUSTER) {
                wide.write("base", at, cluster(1));
            }
            wide.driver.overlay("mid").putZero(0);
            byte[] before = wide.content();
            wide.blockStream(
                    Map.of(
                            "job-id",
                            "j",
                            "device",
                            "top",
                            "base-node",
                            "base",
                            "backing-file",
                            "b"));
            wide.awaitGone("j");
            assertArrayEquals(before, wide.content());
        }
    }

    @Test
    void streams_ofOneChain_runSideBySide() throws IOException {
        bench.fill(8);
        byte[] before = bench.content();
        bench.blockStream(
                Map.of(
                        "job-id",
                        "upper",
                        "device",
                        "top",
                        "base-node",
                        "low",
                        "backing-file",
                        "l"));
        bench.blockStream(Map.of("job-id", "lower", "device", "low"));
        bench.awaitGone("upper");
        bench.awaitGone("lower");
        assertArrayEquals(before, bench.content());
        assertEquals(List.of("top", "low"), bench.nodeNames());
    }

    /** In the gap between reservation and switch a neighbour ends; both must come out right. */
    @Test
    void stream_stoppedAtItsHeaderWhileTheJobBelowEnds_leadsToABaseThatIsThere()
            throws IOException {
        bench.fill(11);
        byte[] before = bench.content();
        OverlayDriver.HeaderHold hold = bench.driver.overlay("top").holdHeader();
        try (Root client = bench.client("top")) {
            bench.blockStream(
                    Map.of(
                            "job-id", "upper",
                            "device", "top",
                            "base-node", "low",
                            "backing-file", "l"));
            hold.awaitHeld();
            bench.blockStream(Map.of("job-id", "lower", "device", "low"));
            bench.awaitStatus("lower", "pending");
            assertArrayEquals(before, CoreBench.read(client, 0, CoreBench.LENGTH));
            hold.release();
            bench.awaitGone("upper");
            bench.awaitGone("lower");
            assertArrayEquals(before, CoreBench.read(client, 0, CoreBench.LENGTH));
        }
        assertEquals(List.of("top", "low"), bench.nodeNames());
        assertEquals(Optional.empty(), bench.driver.overlay("low").backing());
    }

    @Test
    void streams_ofTheSameLayers_areRefused() throws IOException {
        bench.fill(8);
        HeldNode.Hold hold = bench.driver.holds("mid").holdNext(Operation.EXTENT);
        bench.blockStream(Map.of("job-id", "one", "device", "top"));
        hold.awaitHeld();
        BlockException refused =
                assertThrows(
                        BlockException.class,
                        () -> bench.blockStream(Map.of("job-id", "other", "device", "mid")));
        assertEquals(Kind.BUSY, refused.kind());
        hold.release();
        bench.awaitGone("one");
    }

    /**
     * What the upper one leaves out, as the base holds it, the lower one would move up and lead
     * past the base: the upper one would lead past both.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void streams_ofWhichOneFillsTheBottomOfTheOther_areRefused(boolean lowerFirst)
            throws IOException {
        bench.fill(9);
        byte[] before = bench.content();
        Map<String, Object> upper =
                Map.of("job-id", "upper", "device", "top", "base-node", "low", "backing-file", "l");
        Map<String, Object> lower = Map.of("job-id", "lower", "device", "mid");
        HeldNode.Hold hold =
                bench.driver.holds(lowerFirst ? "low" : "mid").holdNext(Operation.EXTENT);
        bench.blockStream(lowerFirst ? lower : upper);
        hold.awaitHeld();

        BlockException refused =
                assertThrows(
                        BlockException.class, () -> bench.blockStream(lowerFirst ? upper : lower));

        assertEquals(Kind.BUSY, refused.kind());
        hold.release();
        bench.awaitGone(lowerFirst ? "lower" : "upper");
        assertArrayEquals(before, bench.content());
        bench.blockStream(Map.of("job-id", "next", "device", "top"));
        bench.awaitGone("next");
        assertArrayEquals(before, bench.content());
    }

    @Test
    void stream_whenTheHeaderCannotBeWritten_failsAndLeavesOldGraphAndOldHeader()
            throws IOException {
        bench.fill(9);
        byte[] before = bench.content();
        bench.driver.overlay("top").failHeader(true);
        bench.blockStream(Map.of("job-id", "j", "device", "top", "auto-dismiss", false));
        bench.awaitStatus("j", "concluded");
        JobInfo job = bench.layer().jobs().list().getFirst();
        assertEquals(Optional.of("header cannot be written"), job.error());
        assertEquals(List.of("top", "mid", "low", "base"), bench.nodeNames());
        assertEquals("old", bench.driver.overlay("top").backing().orElseThrow().fileName());
        assertArrayEquals(before, bench.content());
    }

    @Test
    void stream_whenCancelledWhileAChunkIsHeld_leavesTheChain() throws IOException {
        bench.fill(10);
        byte[] before = bench.content();
        bench.write("mid", 0, cluster(3));
        HeldNode.Hold hold = bench.driver.holds("mid").holdNext(Operation.READ);
        bench.blockStream(Map.of("job-id", "j", "device", "top"));
        hold.awaitHeld();
        bench.layer().jobs().cancel("j", true);
        hold.release();
        bench.awaitGone("j");
        System.arraycopy(bench.content(), 0, before, 0, CLUSTER);
        assertArrayEquals(before, bench.content());
        assertEquals(List.of("top", "mid", "low", "base"), bench.nodeNames());
        assertTrue(bench.statuses("j").contains("aborting"));
    }

    @Test
    void blockStream_withBadArguments_isRefusedInTheReferencesOrder() {
        assertEquals("Cannot find device='x' nor node-name='x'", refusal(Map.of("device", "x")));
        assertEquals("Invalid job ID ''", refusal(Map.of("device", "top")));
        assertEquals("Invalid job ID '1j'", refusal(Map.of("device", "top", "job-id", "1j")));
        assertEquals(
                "Parameter 'speed' expects a non-negative value",
                refusal(Map.of("device", "top", "job-id", "j", "speed", -1L)));
        assertEquals(
                "Parameter 'on-error' does not accept value 'foo'",
                refusal(Map.of("device", "top", "job-id", "j", "on-error", "foo")));
        assertEquals(
                "Could not create node: Duplicate nodes with node-name='base'",
                refusal(Map.of("device", "top", "job-id", "j", "filter-node-name", "base")));
        assertEquals(
                "Parameter 'foo' is unexpected",
                refusal(Map.of("device", "top", "job-id", "j", "foo", 1L)));
    }

    private String refusal(Map<String, Object> arguments) {
        return assertThrows(BlockException.class, () -> bench.blockStream(arguments)).getMessage();
    }
}
