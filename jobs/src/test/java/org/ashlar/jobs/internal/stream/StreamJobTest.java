package org.ashlar.jobs.internal.stream;

import static org.ashlar.jobs.internal.stream.StreamBench.CLUSTER;
import static org.ashlar.jobs.internal.stream.StreamBench.LENGTH;
import static org.ashlar.jobs.internal.stream.StreamBench.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.source.Access;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** What a stream job copies, and what it leaves alone. */
class StreamJobTest {
    private StreamBench bench;
    private FakeControl control;

    @BeforeEach
    void open() throws IOException {
        bench = new StreamBench();
        control = new FakeControl(bench.source);
    }

    @AfterEach
    void close() throws IOException {
        bench.close();
    }

    @Test
    void run_overRandomLayers_leavesTheContentAsItWas(TestReporter reporter) throws IOException {
        long seed = Seed.choose(reporter);
        Random random = new Random(seed);
        for (RigNode node : List.of(bench.base, bench.low, bench.mid, bench.top)) {
            int clusters = (int) (node.length() / CLUSTER);
            for (int i = 0; i < clusters; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> fill(node, i, 1, 1 + random.nextInt(100));
                    case 1 -> node.zero((long) i * CLUSTER, CLUSTER, IoFlags.NONE);
                    default -> {}
                }
            }
        }
        byte[] before = bench.content();
        bench.job(Map.of("base-node", "low")).run(control);
        assertArrayEquals(before, bench.content(), "seed " + seed);
        assertArrayEquals(before, bench.contentOver(Optional.of(bench.low)), "seed " + seed);
        assertEquals(LENGTH, control.done());
        assertEquals(0, control.left());
    }

    @Test
    void run_withoutBase_fillsAllThatIsAllocatedBelow() throws IOException {
        fill(bench.base, 0, 40, 1);
        fill(bench.low, 20, 20, 2);
        fill(bench.mid, 25, 2, 3);
        byte[] before = bench.content();
        bench.job(Map.of()).run(control);
        assertArrayEquals(before, bench.contentOver(Optional.empty()));
        assertFalse(bench.overlay().holdsData(40L * CLUSTER), "where the chain has nothing");
    }

    @Test
    void run_copiesOnlyWhatLiesBetweenTopAndBase() throws IOException {
        fill(bench.base, 0, 8, 1);
        fill(bench.low, 10, 2, 2);
        fill(bench.mid, 4, 2, 3);
        bench.job(Map.of("base-node", "low")).run(control);
        for (int i = 0; i < 32; i++) {
            assertEquals(i == 4 || i == 5, bench.overlay().isAllocated((long) i * CLUSTER), "" + i);
        }
    }

    @Test
    void run_whereTheLayersReadAsZeroes_writesNoData() throws IOException {
        fill(bench.base, 0, 64, 1);
        bench.mid.zero(0, 4L * CLUSTER, IoFlags.NONE);
        fill(bench.mid, 8, 1, 0);
        bench.job(Map.of("base-node", "base")).run(control);
        for (int i : new int[] {0, 3, 8}) {
            assertTrue(bench.overlay().isAllocated((long) i * CLUSTER), "" + i);
            assertFalse(bench.overlay().holdsData((long) i * CLUSTER), "" + i);
        }
    }

    @Test
    void run_whereAShortLayerHidesTheBase_keepsItHidden() throws IOException {
        fill(bench.base, 0, 64, 1);
        byte[] before = bench.content();
        assertEquals(0, before[LENGTH - 1]);
        bench.job(Map.of("base-node", "base")).run(control);
        assertArrayEquals(before, bench.contentOver(Optional.of(bench.base)));
    }

    @Test
    void run_whereAClusterIsZeroInPartAndDataOfTheBaseInPart_keepsTheData() throws IOException {
        try (StreamBench wide = new StreamBench(4L * CLUSTER)) {
            fill(wide.base, 0, 64, 1);
            for (int i = 0; i < 32; i += 3) {
                wide.mid.zero((long) i * CLUSTER, CLUSTER, IoFlags.NONE);
            }
            byte[] before = wide.content();
            wide.job(Map.of("base-node", "base")).run(new FakeControl(wide.source));
            assertArrayEquals(before, wide.contentOver(Optional.of(wide.base)));
        }
    }

    @Test
    void run_whenTheBaseHasAnotherNameMeanwhile_stillCopiesOnlyTheLayersAbove() throws IOException {
        fill(bench.base, 0, 8, 1);
        fill(bench.mid, 4, 2, 3);
        StreamOptions options = StreamBench.options(Map.of("base-node", "base"));
        StreamChain found = StreamChain.find(bench.graph, options);
        FakeGraph renamed =
                new FakeGraph()
                        .leaf("other")
                        .overlay("low", "other", bench.low.children().getFirst())
                        .overlay("mid", "low", bench.mid.children().getFirst())
                        .overlay("top", "mid", bench.top.children().getFirst());
        new StreamJob(bench.source.root(), found.in(renamed), options).run(control);
        assertFalse(bench.overlay().isAllocated(0));
        assertTrue(bench.overlay().isAllocated(4L * CLUSTER));
    }

    @Test
    void run_whenTheBaseIsRightBelow_doesNothing() throws IOException {
        fill(bench.mid, 0, 8, 1);
        StreamJob job = bench.job(Map.of("base-node", "mid"));
        job.run(control);
        assertEquals(0, control.done());
        assertTrue(job.completion().isEmpty());
        assertEquals(List.of(), bench.source.history());
    }

    @Test
    void run_whileAClientWritesBetweenReadAndPopulate_keepsTheClientsData() throws IOException {
        fill(bench.mid, 0, 8, 1);
        HeldNode.Hold hold = bench.midHolds.holdAfter(call -> call.operation() == Operation.READ);
        CompletableFuture<Void> job =
                CompletableFuture.runAsync(() -> runUnchecked(bench.streamOfMid(), control));
        hold.awaitHeld();
        fill(bench.top, 0, 1, 9);
        bench.top.zero(CLUSTER, CLUSTER, IoFlags.NONE);
        hold.release();
        job.join();
        assertArrayEquals(StreamBench.cluster(9), bench.top.read(0, CLUSTER));
        assertArrayEquals(StreamBench.cluster(0), bench.top.read(CLUSTER, CLUSTER));
        assertArrayEquals(StreamBench.cluster(1), bench.top.read(2 * CLUSTER, CLUSTER));
    }

    private static void runUnchecked(StreamJob job, JobControl control) {
        try {
            job.run(control);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void run_whileTheGateIsShutForWrites_isHeldUpWithNothingAdmitted() throws IOException {
        fill(bench.mid, 0, 8, 1);
        bench.source.gate(Access.WRITE, false);
        HeldNode.Hold looked = bench.midHolds.holdNext(Operation.EXTENT);
        CompletableFuture<Void> job =
                CompletableFuture.runAsync(() -> runUnchecked(bench.streamOfMid(), control));
        looked.awaitHeld();
        looked.release();
        bench.source.awaitQuiet();
        assertFalse(bench.overlay().isAllocated(0));
        bench.source.gate(Access.WRITE, true);
        job.join();
        assertTrue(bench.overlay().isAllocated(0));
    }

    @Test
    void run_whenALayerCannotBeRead_fails() throws IOException {
        fill(bench.mid, 0, 8, 1);
        bench.midFaults.failAll(Operation.READ, Kind.IO);
        IOException failed =
                assertThrows(IOException.class, () -> bench.streamOfMid().run(control));
        assertEquals(Kind.IO, ((BlockException) failed).kind());
        assertEquals(List.of(Access.READ), control.errors());
    }

    @Test
    void run_whenThePolicyIsToTryAgain_copiesWhatFailed() throws IOException {
        fill(bench.mid, 0, 32, 1);
        byte[] before = bench.content();
        bench.midFaults.fail(Operation.READ, 3, Kind.IO).fail(Operation.EXTENT, 2, Kind.IO);
        Lenient retrying = new Lenient(true);
        bench.streamOfMid().run(retrying);
        assertArrayEquals(before, bench.contentOver(Optional.of(bench.low)));
        assertEquals(2, retrying.errors().size());
        assertEquals(LENGTH, retrying.done());
    }

    @Test
    void run_whenThePolicyIsToSkip_goesOn() throws IOException {
        fill(bench.mid, 0, 32, 1);
        bench.midFaults.fail(Operation.READ, 1, Kind.IO);
        Lenient skipping = new Lenient(false);
        bench.streamOfMid().run(skipping);
        assertFalse(bench.overlay().isAllocated(0));
        assertTrue(bench.overlay().isAllocated(31L * CLUSTER));
        assertEquals(List.of(Access.READ), skipping.errors());
    }

    @Test
    void run_whenCancelledAtACheckpoint_ends() throws IOException {
        fill(bench.mid, 0, 32, 1);
        FakeControl cancelled =
                new FakeControl(bench.source) {
                    @Override
                    void atCheckpoint() throws IOException {
                        throw new BlockException(Kind.CANCELLED, "Operation canceled");
                    }
                };
        assertThrows(BlockException.class, () -> bench.streamOfMid().run(cancelled));
        assertFalse(bench.overlay().isAllocated(31L * CLUSTER));
        assertEquals(0, bench.source.admitted());
    }

    /** Tries again, or skips, whatever fails. */
    private final class Lenient extends FakeControl {
        private final boolean again;

        Lenient(boolean again) {
            super(bench.source);
            this.again = again;
        }

        @Override
        boolean isToBeTriedAgain(IOException error) {
            return again;
        }
    }
}
