package org.ashlar.core.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.ashlar.core.internal.grace.GraceDomain;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.io.RangeLocks.Held;
import org.ashlar.spi.BlockException;
import org.ashlar.tck.Doing;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Ranges that are held alone or together. */
class RangeLocksTest {
    private static final boolean SHARED = true;
    private static final boolean ALONE = false;

    private final RangeLocks locks = new RangeLocks();
    private final CoreRequest request = request(false);
    private final CoreRequest impatient = request(true);

    private static CoreRequest request(boolean mustNotBlock) {
        var place = new GraceDomain(1).place();
        return new CoreRequest(place, place.pin(), new GraphState().current(), mustNotBlock);
    }

    private void assertTaken(long offset, long length, boolean shared) {
        BlockException busy =
                assertThrows(
                        BlockException.class, () -> locks.hold(impatient, offset, length, shared));
        assertEquals(BlockException.Kind.WOULD_BLOCK, busy.kind());
    }

    @Test
    void sharedRanges_overlap_andExcludeOneHeldAlone() throws Exception {
        Held one = locks.hold(request, 0, 1024, SHARED);
        Held other = locks.hold(impatient, 512, 1024, SHARED);
        assertTaken(1024, 512, ALONE);
        other.close();
        locks.hold(impatient, 1024, 512, ALONE).close();
        assertTaken(512, 512, ALONE);
        one.close();
        locks.hold(impatient, 512, 512, ALONE).close();
    }

    @Test
    void rangeHeldAlone_excludesAll_butNeighbours() throws Exception {
        try (Held _ = locks.hold(request, 512, 512, ALONE)) {
            assertTaken(0, 513, SHARED);
            assertTaken(1023, 1, SHARED);
            assertTaken(600, 8, ALONE);
            locks.hold(impatient, 0, 512, ALONE).close();
            locks.hold(impatient, 1024, 512, ALONE).close();
        }
        locks.hold(impatient, 512, 512, ALONE).close();
    }

    @Test
    void closingTwice_givesUpNothingOfOthers() throws Exception {
        Held one = locks.hold(request, 0, 512, ALONE);
        one.close();
        try (Held _ = locks.hold(impatient, 0, 512, ALONE)) {
            one.close();
            assertTaken(0, 512, ALONE);
        }
    }

    @Test
    void waiter_goesOnAsSoonAsItsRangeIsFree() throws Exception {
        Held first = locks.hold(request, 0, 512, ALONE);
        Held elsewhere = locks.hold(request, 4096, 512, ALONE);
        Doing<?> waiter =
                Doing.run(() -> locks.hold(request, 0, 512, ALONE).close())
                        .awaitWaiting("RangeLocks.hold");
        first.close();
        waiter.get();
        elsewhere.close();
    }

    @Test
    void randomRanges_fromManyThreads_neverMeet(TestReporter reporter) throws Exception {
        long seed = Seed.choose(reporter);
        AtomicIntegerArray alone = new AtomicIntegerArray(64);
        AtomicIntegerArray shared = new AtomicIntegerArray(64);
        AtomicInteger met = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Random random = new Random(seed + i);
            CompletableFuture<Void> done = new CompletableFuture<>();
            all.add(done);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            for (int step = 0; step < 3000; step++) {
                                met.addAndGet(hold(random, alone, shared));
                            }
                            done.complete(null);
                        } catch (Throwable failed) {
                            done.completeExceptionally(failed);
                        }
                    });
        }
        for (CompletableFuture<Void> done : all) {
            done.get(60, TimeUnit.SECONDS);
        }
        assertEquals(0, met.get());
        locks.hold(impatient, 0, 64, ALONE).close();
    }

    /** Returns how many places it found that it may not share. */
    private int hold(Random random, AtomicIntegerArray alone, AtomicIntegerArray shared)
            throws BlockException {
        int from = random.nextInt(64);
        int to = from + 1 + random.nextInt(64 - from);
        boolean together = random.nextBoolean();
        int met = 0;
        try (Held _ = locks.hold(request, from, to - from, together)) {
            for (int at = from; at < to; at++) {
                AtomicIntegerArray own = together ? shared : alone;
                int before = own.getAndIncrement(at);
                boolean others = together ? alone.get(at) > 0 : before + shared.get(at) > 0;
                met += others ? 1 : 0;
            }
            for (int at = from; at < to; at++) {
                (together ? shared : alone).decrementAndGet(at);
            }
        }
        return met;
    }
}
