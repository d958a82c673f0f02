package org.ashlar.core.internal.update;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ashlar.core.LayerSettings;
import org.ashlar.core.internal.graph.Changes;
import org.ashlar.core.internal.graph.Changes.Terms;
import org.ashlar.core.internal.graph.Control;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.open.OpenServices;
import org.ashlar.core.internal.registry.Contribution;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.RegistryListener;
import org.ashlar.spi.BlockDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the node drivers that come and go: nodes of one that is replaced are handed over to its
 * successor, nodes of one that goes wait for its return. Thread-safe: the registry calls one at a
 * time. A driver that hangs holds up no more than its own node: what hands that over is left to
 * itself, and says in the log what becomes of it.
 */
public final class DriverWatch implements RegistryListener {
    private final OpenServices services;
    private final HandOver.Means means;
    private final LayerSettings settings;
    private final Logger log;

    public DriverWatch(OpenServices services, Changes changes, Control control) {
        this(services, changes, control, LoggerFactory.getLogger(DriverWatch.class));
    }

    /** Makes one that says in {@code log} what becomes of the nodes. */
    public DriverWatch(OpenServices services, Changes changes, Control control, Logger log) {
        this.services = services;
        this.means = new HandOver.Means(services, changes, control);
        this.settings = services.settings();
        this.log = log;
    }

    @Override
    public <T> void arrived(Contribution<T> now) {
        if (now.value() instanceof BlockDriver driver) {
            handOverAll(driver, now.rank().version());
        }
    }

    @Override
    public <T> void replaced(Contribution<T> before, Contribution<T> now) {
        if (now.value() instanceof BlockDriver driver) {
            handOverAll(driver, now.rank().version());
        }
    }

    @Override
    public <T> void departed(Contribution<T> before) {
        if (before.value() instanceof BlockDriver driver) {
            nodesOf(driver.name()).forEach(this::orphan);
        }
    }

    private List<NodeState> nodesOf(String driver) {
        return services.graph().current().states().stream()
                .filter(state -> state.node.driver().equals(driver))
                .toList();
    }

    private void handOverAll(BlockDriver driver, Rank.Version version) {
        for (NodeState state : nodesOf(driver.name())) {
            if (!driver.equals(state.traits().driver()) || state.face instanceof Orphan) {
                handOver(state, driver, version);
            }
        }
    }

    private void handOver(NodeState state, BlockDriver driver, Rank.Version version) {
        String goal = "version %s of driver '%s'".formatted(version, driver.name());
        begin(
                "update of node '" + state.name() + "'",
                state,
                handOver -> {
                    handOver.to(driver);
                    log.info("node '{}' is served by {}", state.name(), goal);
                },
                "handed over to " + goal);
    }

    private void orphan(NodeState state) {
        String driver = state.node.driver();
        begin(
                "departure of the driver of node '" + state.name() + "'",
                state,
                handOver -> {
                    handOver.toOrphan(settings.orphanLimit().toNanos());
                    log.warn("node '{}' waits for driver '{}' to return", state.name(), driver);
                },
                "detached from driver '" + driver + "'");
    }

    private interface Work {
        void with(HandOver handOver) throws IOException;
    }

    /** Waits until it has ended, for as long again as a change may take to its switch. */
    private void begin(String what, NodeState state, Work work, String goal) {
        Terms terms = new Terms(what, null, deadline());
        HandOver handOver = new HandOver(means, state.node, terms);
        Runnable carriedOut = () -> carryOut(handOver, state, work, goal);
        Attempt<Boolean> attempt = Attempt.start(what, Executors.callable(carriedOut, true));
        try {
            attempt.get(terms.deadline() + settings.changeLimit().toNanos());
        } catch (TimeoutException late) {
            log.error("{}; requests of the node wait for that", handOver.hanging());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private void carryOut(HandOver handOver, NodeState state, Work work, String goal) {
        try {
            work.with(handOver);
        } catch (IOException | RuntimeException | Error failed) {
            if (isThere(state)) {
                log.error(
                        "node '{}' could not be {}: {}",
                        state.name(),
                        goal,
                        withWhatFollowed(failed));
            }
        }
    }

    /** Also says what failed on the way back: then nobody may serve. */
    private static String withWhatFollowed(Throwable failed) {
        return Stream.concat(Stream.of(failed), Arrays.stream(failed.getSuppressed()))
                .map(Throwable::getMessage)
                .collect(Collectors.joining("; on the way back: "));
    }

    /** One that was deleted before its turn came needs neither a driver nor a line in the log. */
    private boolean isThere(NodeState state) {
        return services.graph().current().state(state.node) != null;
    }

    /**
     * Runs {@code action}, on a thread of its own, once no node is served by a class that came from
     * {@code loader}.
     */
    public void whenUnused(ClassLoader loader, Runnable action) {
        Thread.ofVirtual()
                .name("retirement")
                .start(() -> {
                    Snapshot now = services.graph().current();
                    while (isUsed(now, loader)) {
                        services.graph().awaitOther(now, deadline());
                        now = services.graph().current();
                    }
                    action.run();
                });
    }

    private static boolean isUsed(Snapshot graph, ClassLoader loader) {
        return Stream.concat(graph.states().stream(), graph.leavingStates().stream())
                .anyMatch(state -> loader.equals(state.face.getClass().getClassLoader()));
    }

    private long deadline() {
        return System.nanoTime() + settings.changeLimit().toNanos();
    }
}
