package org.ashlar.core.internal.graph;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.ashlar.core.InFlight;
import org.ashlar.core.Settling;
import org.ashlar.spi.source.Access;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for grace without limit, and lists who does. A long wait is named in the log, with those it
 * waits for, at growing intervals, and once more when it is over. Thread-safe.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: a wait is one grace period of each source, whatever is said about it meanwhile: to give
 *       up and begin anew would wait for requests that began later, too.
 *   <li>I2: one thread, the watch, says everything about a wait, so its end is said last.
 * </ul>
 */
public final class GraceWaits {
    private static final long NO_LIMIT = Long.MAX_VALUE / 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(10);

    private final Supplier<List<InFlight>> traced;
    private final Duration patience;
    private final Logger log;
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

    /** Makes a list of none; {@code traced} lists the requests in flight, the oldest first. */
    public GraceWaits(Supplier<List<InFlight>> traced) {
        this(traced, PATIENCE, LoggerFactory.getLogger(GraceWaits.class));
    }

    /** Makes one that names in {@code log} what waits longer than {@code patience}. */
    GraceWaits(Supplier<List<InFlight>> traced, Duration patience, Logger log) {
        this.traced = traced;
        this.patience = patience;
        this.log = log;
    }

    /**
     * Returns once every request that was in flight at the call, and that could reach the node in
     * {@code graph}, has ended.
     */
    public void forAllThatReach(Snapshot graph, Node node, String what) {
        Set<SourceKey> sources = Reach.sourcesIn(graph, Set.of(node));
        sources.add(node.background());
        forAllOf(sources, what);
    }

    /** Returns once every request of these sources that was in flight at the call has ended. */
    void forAllOf(Set<SourceKey> sources, String what) {
        if (sources.isEmpty()) {
            return;
        }
        Wait wait = new Wait(what, sources);
        waits.add(wait);
        try {
            Thread.ofVirtual().name("watch of " + what).start(wait::watch);
            wait.pass();
        } finally {
            waits.remove(wait);
            wait.over.countDown();
        }
    }

    /** Returns what waits now, the longest first. */
    public List<Settling> settling() {
        return waits.stream()
                .map(Wait::describe)
                .sorted(Comparator.comparing(Settling::age).reversed())
                .toList();
    }

    /** Returns how long to be silent after a line that came after {@code silence}. */
    static Duration after(Duration silence) {
        Duration longer = silence.multipliedBy(2);
        return longer.compareTo(LONGEST_SILENCE) < 0 ? longer : LONGEST_SILENCE;
    }

    private final class Wait {
        private final String what;
        private final Instant since = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        private final long begun = System.nanoTime();
        private final CountDownLatch over = new CountDownLatch(1);

        /** Those whose requests may not have ended; only the thread that waits takes one out. */
        private final Set<SourceKey> left = ConcurrentHashMap.newKeySet();

        private Wait(String what, Set<SourceKey> sources) {
            this.what = what;
            left.addAll(sources);
        }

        private void pass() {
            for (SourceKey source : List.copyOf(left)) {
                for (Access access : Access.values()) {
                    source.domain(access).synchronize(System.nanoTime() + NO_LIMIT); // I1
                }
                left.remove(source);
            }
        }

        private Settling describe() {
            return new Settling(what, SourceKey.busy(left), age());
        }

        private Duration age() {
            return Duration.ofNanos(System.nanoTime() - begun);
        }

        private void watch() {
            Duration silence = patience;
            boolean said = false;
            try {
                while (!over.await(silence.toNanos(), TimeUnit.NANOSECONDS)) {
                    said |= warn();
                    silence = after(silence);
                }
            } catch (InterruptedException end) {
                log.debug("{}: the watch ends: {}", what, end.getMessage());
            }
            if (said) {
                log.info(
                        "{}: goes on after {} s, the requests have ended", what, age().toSeconds());
            }
        }

        /** Names those who are waited for; says nothing if their requests end just now. */
        private boolean warn() {
            List<String> busy = SourceKey.busy(left);
            if (busy.isEmpty()) {
                return false;
            }
            log.warn(
                    "{}: waits since {} ({} s) for requests of {}{}",
                    what,
                    since,
                    age().toSeconds(),
                    String.join(", ", busy),
                    oldestOf(busy));
            return true;
        }

        private String oldestOf(List<String> busy) {
            return traced.get().stream()
                    .filter(request -> busy.contains(request.source()))
                    .findFirst()
                    .map(oldest ->
                            "; the oldest began %d s ago on thread %s"
                                    .formatted(oldest.age().toSeconds(), oldest.thread()))
                    .orElse("");
        }
    }
}
