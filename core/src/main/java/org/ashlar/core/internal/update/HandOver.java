package org.ashlar.core.internal.update;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
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
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionValues;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a live node over to another version of its driver: drain, old inactive, new opened over
 * edges that it cannot write through, one switch, new active. Confined to one thread, but for
 * {@link #hanging}.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: at no time may two faces of a node write: the new one's edges are granted after the old
 *       one is inactive, and revoked before the old one is activated again.
 *   <li>I2: before the switch every failure leaves the old version serving.
 *   <li>I3: a version that does not serve is left behind if it hangs. The one that serves is not:
 *       while it hangs nobody knows what it may still write, so the node stays held, and its
 *       requests wait.
 * </ul>
 */
final class HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

    private final Means means;
    private final Node node;
    private final Terms terms;

    /** Written by the thread that hands over. */
    private volatile Step step = Step.HOLD;

    /** Prepares one that comes to its switch within the terms, or not at all. */
    HandOver(Means means, Node node, Terms terms) {
        this.means = means;
        this.node = node;
        this.terms = terms;
    }

    /** What every hand-over works with. */
    record Means(OpenServices services, Changes changes, Control control) {}

    /** How far it is, in the words for one that comes no further. */
    private enum Step {
        HOLD("is being prepared"),
        INACTIVATE("the old version has not written out what it keeps"),
        OPEN("the new version is being opened"),
        SWITCH("the new version is being switched to"),
        ACTIVATE("the new version serves but has not taken the image over"),
        CLOSE("the new version, which does not serve, is being closed"),
        REACTIVATE("the old version has not taken the image back"),
        SETTLE("the old version is being closed");

        private final String text;

        Step(String text) {
            this.text = text;
        }
    }

    /** Says, of one that has not ended in time, where it hangs. */
    String hanging() {
        return terms.what() + " hangs: " + step.text;
    }

    /**
     * Lets {@code driver} serve the node from now on; on failure what served it before still does.
     */
    void to(BlockDriver driver) throws IOException {
        boolean orphaned = current().face instanceof Orphan;
        Settlement left;
        try (Held held = means.changes.hold(terms, (_, plan) -> hold(plan, orphaned))) {
            left = alone(() -> switchOver(terms.within(held), current(), driver));
        }
        if (!orphaned) {
            awaitClosed(left);
        }
    }

    /**
     * Keeps the node and closes its gates; what waits in an orphan waits for this, and is not
     * waited for.
     */
    private void hold(Plan plan, boolean orphaned) throws BlockException {
        plan.keep(node.name());
        if (orphaned) {
            plan.gate(node.name());
        } else {
            plan.drain(node.name());
        }
    }

    /** What calls the version that serves, up to the switch or back. */
    private interface Calls {
        Settlement make() throws IOException;
    }

    /**
     * Makes control calls while nobody else makes any of this node: from the old version's last to
     * the new one's first, before which the old one is not closed either. One that is under way,
     * such as for a change that began before, is waited for, as long as the terms say.
     */
    private Settlement alone(Calls calls) throws IOException {
        if (!tryLock(node.control())) {
            throw new BlockException(
                    Kind.BUSY,
                    terms.what() + ": another control call of the old version has not ended");
        }
        try {
            return calls.make();
        } finally {
            node.control().unlock();
        }
    }

    private boolean tryLock(ReentrantLock lock) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return lock.tryLock(terms.deadline() - System.nanoTime(), NANOSECONDS);
                } catch (InterruptedException stray) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Interrupts.restore();
            }
        }
    }

    /** Nothing was in flight, so the old version closes at once, unless it hangs. */
    private void awaitClosed(Settlement left) {
        step = Step.SETTLE;
        if (!left.await(terms.deadline())) {
            LOG.warn("{}: the old version does not close", terms.what());
        }
    }

    private NodeState current() throws BlockException {
        NodeState state = means.services.graph().current().state(node);
        if (state == null) {
            throw new BlockException(Kind.NOT_FOUND, "node '" + node.name() + "' has gone");
        }
        return state;
    }

    private Settlement switchOver(Terms within, NodeState old, BlockDriver driver)
            throws IOException {
        OptionValues options =
                OptionValues.check(
                        driver.options(), NodeOptions.ownOf(driver, old.traits().options()));
        step = Step.INACTIVATE;
        Candidate candidate = new Candidate(means.services, old, options, bagOf(old));
        BlockNode face = null;
        Settlement left;
        try {
            inactivate(old.face::inactivate);
            face = openInTime(candidate, driver);
            left = publish(within, old, face, old.traits().servedBy(driver));
        } catch (IOException | RuntimeException | Error failed) {
            giveUp(old, candidate, face, failed);
            throw failed;
        }
        candidate.grant();
        means.services.backgrounds().replace(node, candidate.ownWork());
        try {
            takeOver(face);
        } finally {
            if (old.face instanceof Orphan orphan) {
                orphan.succeed(face);
            }
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

    /** Returns once the old version writes nothing more, however long that takes (I3). */
    private void inactivate(Request.Work work) throws IOException {
        step = Step.INACTIVATE;
        means.control.withRequest(work);
        if (System.nanoTime() - terms.deadline() >= 0) {
            throw new BlockException(
                    Kind.BUSY,
                    "%s: the old version took too long to write out what it keeps, and serves on"
                            .formatted(terms.what()));
        }
    }

    private BlockNode openInTime(Candidate candidate, BlockDriver driver) throws IOException {
        step = Step.OPEN;
        Attempt<BlockNode> opening = Attempt.start(terms.what(), () -> candidate.open(driver));
        try {
            return opening.get(terms.deadline());
        } catch (TimeoutException late) {
            opening.then(candidate::close);
            throw new BlockException(
                    Kind.BUSY, terms.what() + ": the new version did not open in time", late);
        }
    }

    private Settlement publish(Terms within, NodeState old, BlockNode face, Traits traits)
            throws IOException {
        step = Step.SWITCH;
        return means.changes.apply(within, (_, plan) -> plan.replaceFace(old.name(), face, traits));
    }

    private void takeOver(BlockNode face) throws BlockException {
        step = Step.ACTIVATE;
        try {
            means.control.withRequest(face::activate);
        } catch (IOException failed) {
            throw new BlockException(
                    Kind.IO,
                    terms.what()
                            + ": the new version serves but could not take the image over: "
                            + failed.getMessage(),
                    failed);
        }
    }

    private void giveUp(
            NodeState old, Candidate candidate, @Nullable BlockNode face, Throwable reason) {
        candidate.revoke();
        candidate.ownWork().close();
        if (face != null) {
            closeInTime(candidate, face);
        }
        reactivate(old, reason);
    }

    /** Closes what does not serve, first: it may hold locks that the old version wants back. */
    private void closeInTime(Candidate candidate, BlockNode face) {
        step = Step.CLOSE;
        Attempt<Boolean> closing =
                Attempt.start(terms.what(), Executors.callable(() -> candidate.close(face), true));
        try {
            closing.get(System.nanoTime() + means.services.settings().changeLimit().toNanos());
        } catch (IOException | TimeoutException late) {
            LOG.warn("{}: the new version, which does not serve, does not close", terms.what());
        }
    }

    private void reactivate(NodeState old, Throwable reason) {
        step = Step.REACTIVATE;
        try {
            old.face.holdPermissions(old.cumulative());
            means.control.withRequest(old::activate);
        } catch (IOException | RuntimeException | Error worse) {
            reason.addSuppressed(
                    new BlockException(
                            Kind.IO,
                            "the old version could not take the image back: " + worse.getMessage(),
                            worse));
        }
    }

    /**
     * Puts a stand-in in the node's place, everything written out, as its driver is about to go.
     */
    void toOrphan(long waitNanos) throws IOException {
        if (current().face instanceof Orphan) {
            return;
        }
        Settlement left;
        try (Held held = means.changes.hold(terms, (_, plan) -> hold(plan, false))) {
            left = alone(() -> standIn(terms.within(held), current(), waitNanos));
            // Before the gates open: what then waits in the stand-in must not be waited for.
            left.awaitGrace(terms.deadline());
        }
        awaitClosed(left);
    }

    private Settlement standIn(Terms within, NodeState old, long waitNanos) throws IOException {
        long[] length = new long[1];
        try {
            inactivate(request -> {
                length[0] = old.face.length(request);
                old.face.inactivate(request);
            });
            return publish(within, old, new Orphan(old, length[0], waitNanos), old.traits());
        } catch (IOException | RuntimeException | Error failed) {
            reactivate(old, failed);
            throw failed;
        }
    }
}
