package org.ashlar.core.internal.update;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ashlar.core.internal.grace.Interrupts;
import org.ashlar.core.internal.graph.Changes;
import org.ashlar.core.internal.graph.Changes.Held;
import org.ashlar.core.internal.graph.Changes.Terms;
import org.ashlar.core.internal.graph.Control;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.core.internal.graph.Plan;
import org.ashlar.core.internal.graph.Settlement;
import org.ashlar.core.internal.open.NodeOptions;
import org.ashlar.core.internal.open.OpenServices;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.option.OptionValues;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a live node over to another version of its driver: drain, old inactive, new opened over
 * edges that it cannot write through, one switch, new active. Thread-safe; stateless.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: at no time may two faces of a node write: the new one's edges are granted after the old
 *       one is inactive, and revoked before the old one is activated again.
 *   <li>I2: before the switch every failure leaves the old version serving.
 * </ul>
 */
final class HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

    private final OpenServices services;
    private final Changes changes;
    private final Control control;

    HandOver(OpenServices services, Changes changes, Control control) {
        this.services = services;
        this.changes = changes;
        this.control = control;
    }

    /**
     * Lets {@code driver} serve the node from now on; on failure what served it before still does.
     */
    void handOver(Node node, BlockDriver driver, long deadline) throws IOException {
        Terms terms = new Terms("update of node '" + node.name() + "'", null, deadline);
        boolean orphaned = current(node).face instanceof Orphan;
        Settlement left;
        try (Held held = changes.hold(terms, (_, plan) -> hold(plan, node, orphaned))) {
            left = switchOver(terms.within(held), current(node), driver);
        }
        if (!orphaned) {
            awaitClosed(terms, left);
        }
    }

    /**
     * Keeps the node and closes its gates; what waits in an orphan waits for this, and is not
     * waited for.
     */
    private static void hold(Plan plan, Node node, boolean orphaned) throws BlockException {
        plan.keep(node.name());
        if (orphaned) {
            plan.gate(node.name());
        } else {
            plan.drain(node.name());
        }
    }

    /** Nothing was in flight, so the old version closes at once, unless it hangs. */
    private static void awaitClosed(Terms terms, Settlement left) {
        if (!left.await(terms.deadline())) {
            LOG.warn("{}: the old version does not close", terms.what());
        }
    }

    private NodeState current(Node node) throws BlockException {
        NodeState state = services.graph().current().state(node);
        if (state == null) {
            throw new BlockException(Kind.NOT_FOUND, "node '" + node.name() + "' has gone");
        }
        return state;
    }

    private Settlement switchOver(Terms terms, NodeState old, BlockDriver driver)
            throws IOException {
        OptionValues options =
                OptionValues.check(
                        driver.options(), NodeOptions.ownOf(driver, old.traits().options()));
        Candidate candidate = new Candidate(services, old, options, bagOf(old));
        BlockNode face = null;
        Settlement left;
        try {
            control.withRequest(old.face::inactivate);
            face = openInTime(terms, candidate, driver);
            face.holdPermissions(old.cumulative());
            left = publish(terms, old, face, driver);
        } catch (IOException | RuntimeException | Error failed) {
            giveUp(old, candidate, face, failed);
            throw failed;
        }
        candidate.grant();
        services.backgrounds().replace(old.node, candidate.ownWork());
        takeOver(terms, face);
        if (old.face instanceof Orphan orphan) {
            orphan.succeed(face);
        }
        return left;
    }

    /** What the old version knows is a help, not a must. */
    private static Map<String, Object> bagOf(NodeState old) {
        try {
            return old.face.handOver();
        } catch (RuntimeException | LinkageError broken) {
            LOG.warn("node '{}' hands nothing over: {}", old.name(), broken.toString());
            return Map.of();
        }
    }

    private void takeOver(Terms terms, BlockNode face) throws BlockException {
        try {
            control.withRequest(face::activate);
        } catch (IOException failed) {
            throw new BlockException(
                    Kind.IO,
                    terms.what()
                            + ": the new version serves but could not take the image over: "
                            + failed.getMessage(),
                    failed);
        }
    }

    /**
     * Opens on a thread of its own: a candidate that hangs is left behind, with edges that lead
     * nowhere.
     */
    private BlockNode openInTime(Terms terms, Candidate candidate, BlockDriver driver)
            throws IOException {
        CompletableFuture<BlockNode> opened = new CompletableFuture<>();
        Thread.ofVirtual()
                .name(terms.what())
                .start(() -> {
                    try {
                        opened.complete(candidate.open(driver));
                    } catch (Throwable failed) {
                        opened.completeExceptionally(failed);
                    }
                });
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return opened.get(terms.deadline() - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException stray) {
                    interrupted = true;
                } catch (TimeoutException late) {
                    leaveBehind(opened);
                    throw new BlockException(
                            Kind.BUSY,
                            terms.what() + ": the new version did not open in time",
                            late);
                } catch (ExecutionException failed) {
                    throw failed.getCause() instanceof IOException error
                            ? error
                            : new BlockException(
                                    Kind.IO, terms.what() + ": " + failed.getCause(), failed);
                }
            }
        } finally {
            if (interrupted) {
                Interrupts.restore();
            }
        }
    }

    /** Closes what a candidate opens too late. */
    private void leaveBehind(CompletableFuture<BlockNode> opening) {
        Thread.ofVirtual()
                .name("late candidate")
                .start(() -> {
                    try {
                        closeQuietly(opening.join());
                    } catch (CompletionException failed) {
                        LOG.debug("a candidate that was left behind failed", failed);
                    }
                });
    }

    private Settlement publish(Terms terms, NodeState old, BlockNode face, BlockDriver driver)
            throws IOException {
        Traits traits = old.traits().servedBy(driver);
        return changes.apply(terms, (_, plan) -> plan.replaceFace(old.name(), face, traits));
    }

    private void giveUp(
            NodeState old, Candidate candidate, @Nullable BlockNode face, Throwable reason) {
        candidate.revoke();
        candidate.ownWork().close();
        if (face != null) {
            closeQuietly(face);
        }
        reactivate(old, reason);
    }

    private void reactivate(NodeState old, Throwable reason) {
        try {
            old.face.holdPermissions(old.cumulative());
            control.withRequest(old::activate);
        } catch (IOException | RuntimeException | Error worse) {
            reason.addSuppressed(worse);
        }
    }

    /** Closes a version that does not serve; however it fails, the old one is to go on (I2). */
    private void closeQuietly(BlockNode face) {
        try {
            face.close();
        } catch (IOException | RuntimeException | Error error) {
            LOG.warn("closing a version that does not serve: {}", error.toString());
        } finally {
            services.uses().closed(face);
        }
    }

    /**
     * Puts a stand-in in the node's place, everything written out, as its driver is about to go.
     */
    void orphan(Node node, long deadline, long waitNanos) throws IOException {
        Terms terms =
                new Terms("departure of the driver of node '" + node.name() + "'", null, deadline);
        if (current(node).face instanceof Orphan) {
            return;
        }
        Settlement left;
        try (Held held = changes.hold(terms, (_, plan) -> hold(plan, node, false))) {
            left = standIn(terms.within(held), current(node), waitNanos);
            // Before the gates open: what then waits in the stand-in must not be waited for.
            left.awaitGrace(terms.deadline());
        }
        awaitClosed(terms, left);
    }

    private Settlement standIn(Terms terms, NodeState old, long waitNanos) throws IOException {
        long[] length = new long[1];
        try {
            control.withRequest(request -> {
                length[0] = old.face.length(request);
                old.face.inactivate(request);
            });
            Orphan stub = new Orphan(old, length[0], waitNanos);
            return changes.apply(
                    terms, (_, plan) -> plan.replaceFace(old.name(), stub, old.traits()));
        } catch (IOException | RuntimeException | Error failed) {
            reactivate(old, failed);
            throw failed;
        }
    }
}
