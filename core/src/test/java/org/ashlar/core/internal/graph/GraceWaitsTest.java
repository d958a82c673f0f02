package org.ashlar.core.internal.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.ashlar.core.internal.fake.HeardLog;
import org.ashlar.core.internal.io.RequestTrace;
import org.ashlar.core.internal.io.SourceImpl;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** What the log says of a wait for grace, and that saying it changes nothing about the wait. */
class GraceWaitsTest {
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String WHAT = "settling deleting node 'a'";

    private final GraphState graph = new GraphState();
    private final HeardLog log = new HeardLog();

    private SourceImpl source(String label, RequestTrace trace) {
        SourceImpl source = SourceImpl.following(graph, label, trace);
        graph.addSource(source);
        return source;
    }

    private SourceImpl source(String label) {
        return source(label, new RequestTrace(false));
    }

    private GraceWaits waits(Duration patience) {
        return new GraceWaits(List::of, patience, log);
    }

    private static Admission read(SourceImpl source) throws BlockException {
        return source.consumer().tryAdmit(Access.READ, false).orElseThrow();
    }

    /** Begins a wait, and returns once it waits: what begins later began after it. */
    private static CompletableFuture<Void> begin(GraceWaits waits, Set<SourceKey> sources) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Thread waiting =
                Thread.ofVirtual()
                        .start(() -> {
                            waits.forAllOf(sources, WHAT);
                            over.complete(null);
                        });
        await(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        return over;
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Waiting.LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "waited in vain");
            Thread.onSpinWait();
        }
    }

    private static void get(CompletableFuture<Void> future) throws Exception {
        future.get(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void wait_behindARequest_isNamedWithItsSourceAgainAndAgain_andItsEndOnce() throws Exception {
        SourceImpl reader = source("the reader");
        CompletableFuture<Void> over;
        try (Admission _ = read(reader)) {
            over = begin(waits(SHORT), Set.of(reader, source("idle")));
            await(() -> log.lines(Level.WARN).size() >= 3);
            assertEquals(List.of(), log.lines(Level.INFO));
        }
        get(over);
        await(() -> !log.lines(Level.INFO).isEmpty());
        for (String line : log.lines(Level.WARN)) {
            assertTrue(
                    line.matches(
                            WHAT + ": waits since \\S+Z \\(\\d+ s\\) for requests of the reader"),
                    line);
        }
        assertEquals(1, log.lines(Level.INFO).size());
        String end = log.lines(Level.INFO).getFirst();
        assertTrue(end.matches(WHAT + ": goes on after \\d+ s, the requests have ended"), end);
    }

    @Test
    void wait_whereRequestsAreTraced_saysHowOldTheOldestOfThemIs() throws Exception {
        RequestTrace trace = new RequestTrace(true);
        SourceImpl reader = source("the reader", trace);
        CompletableFuture<Void> over;
        try (Admission _ = read(source("another", trace));
                Admission _ = read(reader)) {
            over = begin(new GraceWaits(trace::inFlight, SHORT, log), Set.of(reader));
            await(() -> !log.lines(Level.WARN).isEmpty());
        }
        get(over);
        String line = log.lines(Level.WARN).getFirst();
        String thread = Thread.currentThread().getName() + "#";
        assertTrue(line.matches(".*the reader; the oldest began \\d+ s ago on .*"), line);
        assertTrue(line.contains(thread), line);
    }

    @Test
    void wait_thatWasNamed_isNotHeldUpByARequestThatBeganAfterThat() throws Exception {
        SourceImpl reader = source("the reader");
        Admission first = read(reader);
        CompletableFuture<Void> over = begin(waits(SHORT), Set.of(reader));
        await(() -> log.lines(Level.WARN).size() >= 2);
        try (Admission _ = read(reader)) {
            assertFalse(over.isDone());
            first.close();
            get(over);
        }
    }

    @Test
    void wait_thatIsShort_isListedMeanwhile_andSaysNothing() throws Exception {
        SourceImpl reader = source("the reader");
        GraceWaits waits = waits(LONG);
        CompletableFuture<Void> over;
        try (Admission _ = read(reader)) {
            over = begin(waits, Set.of(reader));
            await(() -> !waits.settling().isEmpty());
            assertEquals(List.of("the reader"), waits.settling().getFirst().waitingFor());
        }
        get(over);
        assertEquals(List.of(), waits.settling());
        assertEquals(List.of(), log.lines(Level.WARN));
        assertEquals(List.of(), log.lines(Level.INFO));
    }

    @Test
    void silence_doublesUpToTenMinutes() {
        assertEquals(
                List.of(30L, 60L, 120L, 240L, 480L, 600L, 600L),
                Stream.iterate(Duration.ofSeconds(30), GraceWaits::after)
                        .limit(7)
                        .map(Duration::toSeconds)
                        .toList());
    }
}
