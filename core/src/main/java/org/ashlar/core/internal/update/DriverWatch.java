package org.ashlar.core.internal.update;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.ashlar.core.LayerSettings;
import org.ashlar.core.internal.graph.Changes;
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
 * time.
 */
public final class DriverWatch implements RegistryListener {
    private final OpenServices services;
    private final HandOver handOver;
    private final LayerSettings settings;
    private final Logger log;

    public DriverWatch(OpenServices services, Changes changes, Control control) {
        this(services, changes, control, LoggerFactory.getLogger(DriverWatch.class));
    }

    /** Makes one that says in {@code log} what becomes of the nodes. */
    public DriverWatch(OpenServices services, Changes changes, Control control, Logger log) {
        this.services = services;
        this.handOver = new HandOver(services, changes, control);
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
        try {
            handOver.handOver(state.node, driver, deadline());
            log.info(
                    "node '{}' is served by version {} of driver '{}'",
                    state.name(),
                    version,
                    driver.name());
        } catch (IOException | RuntimeException | LinkageError failed) {
            if (isThere(state)) {
                log.error(
                        "node '{}' could not be handed over to version {} of driver '{}': {}",
                        state.name(),
                        version,
                        driver.name(),
                        failed.getMessage());
            }
        }
    }

    private void orphan(NodeState state) {
        try {
            handOver.orphan(state.node, deadline(), settings.orphanLimit().toNanos());
            log.warn(
                    "node '{}' waits for driver '{}' to return", state.name(), state.node.driver());
        } catch (IOException | RuntimeException | LinkageError failed) {
            if (isThere(state)) {
                log.error(
                        "node '{}' could not be detached from driver '{}': {}",
                        state.name(),
                        state.node.driver(),
                        failed.getMessage());
            }
        }
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
