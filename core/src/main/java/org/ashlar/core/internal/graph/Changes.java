package org.ashlar.core.internal.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ashlar.core.internal.grace.Pins;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.graph.ChangePlan.OutsideStep;
import org.ashlar.spi.source.Access;
import org.jspecify.annotations.Nullable;

/**
 * Carries a change out in its four steps: reserve, outside, switch, settle. Thread-safe; stateless
 * but for the graph.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: from the reservation to the switch, or to the undo, what the change relies on and
 *       alters is reserved for it.
 *   <li>I2: the switch cannot fail: whatever could has been checked when it was reserved.
 *   <li>I3: a limit applies to what comes before the switch; what comes after is never undone and
 *       nobody's progress depends on it.
 * </ul>
 */
public final class Changes {
    private final GraphState graph;
    private final Control control;
    private final GraceWaits grace;

    public Changes(GraphState graph, Control control, GraceWaits grace) {
        this.graph = graph;
        this.control = control;
        this.grace = grace;
    }

    /** A description that may use what only the core can plan. */
    @FunctionalInterface
    public interface Description {
        void describe(Snapshot now, Plan plan) throws IOException;
    }

    /**
     * What a change is called and how long it may take to come to its switch.
     *
     * @param what for messages, such as {@code blockdev-del of 'a'}
     * @param claimant the source whose claims do not stand in its way, or null
     * @param deadline a {@link System#nanoTime()}
     * @param within what the change is a part of, and whose reservation does not stand in its way,
     *     or null
     */
    public record Terms(
            String what, @Nullable SourceKey claimant, long deadline, @Nullable Held within) {

        /** Makes the terms of a change by itself. */
        public Terms(String what, @Nullable SourceKey claimant, long deadline) {
            this(what, claimant, deadline, null);
        }

        /** Returns these for a part of what is held. */
        public Terms within(Held held) {
            return new Terms(what, claimant, deadline, held);
        }

        private boolean isWithin(Reservation other) {
            return within != null && within.change.reservation == other;
        }
    }

    /** A change between its reservation and its switch. */
    private record UnderWay(Plan plan, Reservation reservation, Snapshot before, Snapshot result) {}

    /** Applies a change; returns once it has been switched to, with what is left to wait for. */
    public Settlement apply(Terms terms, Description description) throws IOException {
        Pins.requireNone();
        UnderWay change = reserve(terms, description);
        List<OutsideStep> done = new ArrayList<>();
        Permits permits = new Permits(graph, control, change.before, change.result);
        Snapshot last;
        try {
            quiesce(terms, change.plan);
            permits.raise();
            runOutside(change.plan, done);
            last = switchTo(change);
        } catch (IOException | RuntimeException | Error failed) {
            undo(failed, done);
            graph.publishSameShape(draft -> release(draft, change));
            permits.lower(failed);
            throw failed;
        }
        return new Settlement(graph, control, change.plan.leaving(), last, permits)
                .start(terms.what, grace);
    }

    /**
     * Reserves what a description wants, and holds requests back as it says, for work beside the
     * graph that a change {@link Terms#within} it may end.
     */
    public Held hold(Terms terms, Description description) throws IOException {
        Pins.requireNone();
        UnderWay change = reserve(terms, description);
        Held held = new Held(graph, change);
        boolean quiet = false;
        try {
            quiesce(terms, change.plan);
            quiet = true;
            return held;
        } finally {
            if (!quiet) {
                held.close();
            }
        }
    }

    /** A reservation, with the gates that it closed, until it is closed. Thread-safe. */
    public static final class Held implements AutoCloseable {
        private final GraphState graph;
        private final UnderWay change;

        private Held(GraphState graph, UnderWay change) {
            this.graph = graph;
            this.change = change;
        }

        /** Gives it up; to be called once. */
        @Override
        public void close() {
            graph.publishSameShape(draft -> release(draft, change));
        }
    }

    // Reserve.

    private UnderWay reserve(Terms terms, Description description) throws IOException {
        while (true) {
            Snapshot now = graph.current();
            Plan plan = new Plan(now);
            description.describe(now, plan);
            plan.finish();
            String hindrance = hindrance(now, plan.wants(), terms);
            if (hindrance == null) {
                Snapshot result = plan.applyTo(new Draft(now)).build();
                fenceWhereBlocksChange(now, result, plan);
                hindrance = PermissionCheck.passing(now, result);
                if (hindrance == null) {
                    hindrance = unforeseen(now, result, terms);
                }
                if (hindrance == null && !Order.staysPossible(result)) {
                    hindrance = "waited too long for changes that would close a circle with it";
                }
                if (hindrance == null) {
                    UnderWay change = tryReserve(terms, now, plan, result);
                    if (change != null) {
                        return change;
                    }
                    continue;
                }
            }
            if (!graph.awaitOther(now, terms.deadline)) {
                throw new BlockException(Kind.BUSY, terms.what + ": " + hindrance);
            }
        }
    }

    private static @Nullable String hindrance(Snapshot now, Reservation.Wants wants, Terms terms)
            throws IOException {
        for (Reservation other : now.parts().reservations()) {
            if (!terms.isWithin(other) && other.collidesWith(wants)) {
                return "waited too long for " + other.what();
            }
        }
        for (EdgeKey edge : wants.edges()) {
            SourceKey holder = now.parts().claims().get(edge);
            if (holder != null && !holder.equals(terms.claimant)) {
                throw new BlockException(
                        Kind.BUSY,
                        "Cannot change '%s' link of %s: it is in use by %s"
                                .formatted(
                                        edge.name(), edge.owner().describe(), holder.describe()));
            }
        }
        for (NodeState leaving : now.parts().leavingNodes().values()) {
            if (wants.names().contains(leaving.name())) {
                return "a node of the name '%s' is still closing%s"
                        .formatted(leaving.name(), stillIn(now, leaving.node));
            }
        }
        return null;
    }

    /**
     * What a change under way needs of the children of a node that it alters was checked for the
     * users that the node had then: users whose wishes reach the node wait for its switch.
     */
    private static @Nullable String unforeseen(Snapshot now, Snapshot result, Terms terms) {
        for (Reservation other : now.parts().reservations()) {
            if (!terms.isWithin(other)
                    && other.altered()
                            .anyMatch(node -> differ(now.state(node), result.state(node)))) {
                return "waited too long for " + other.what();
            }
        }
        return null;
    }

    private static boolean differ(@Nullable NodeState now, @Nullable NodeState then) {
        return now != null
                && then != null
                && (!now.cumulative().equals(then.cumulative())
                        || now.isWritable() != then.isWritable());
    }

    /**
     * Where a node's alignment becomes another, a write that began before does not know the ranges
     * that one after it goes by: none is in flight at the switch. Where the gates are closed
     * already whoever closed them has waited for what he had to.
     */
    private static void fenceWhereBlocksChange(Snapshot now, Snapshot result, Plan plan) {
        for (NodeState then : result.states()) {
            NodeState before = now.state(then.node);
            if (before != null && before.alignMask != then.alignMask && before.drains() == 0) {
                plan.fence(then.node);
            }
        }
    }

    /** Says whose requests keep a node from closing. */
    private static String stillIn(Snapshot now, Node node) {
        String sources = String.join(", ", SourceKey.busy(Reach.sourcesIn(now, Set.of(node))));
        return sources.isEmpty() ? "" : ": requests of " + sources + " have not ended";
    }

    /** Reserves what a plan wants; null if the graph is no longer the one it was made against. */
    private @Nullable UnderWay tryReserve(Terms terms, Snapshot now, Plan plan, Snapshot result)
            throws IOException {
        List<EdgeState> touched = PermissionCheck.touched(now, result);
        Reservation reservation = new Reservation(terms.what, plan.wants(), touched);
        Snapshot after =
                graph.publishIf(
                        now,
                        snapshot ->
                                hold(plan, new Draft(snapshot), 1)
                                        .reserve(reservation)
                                        .buildSameShape());
        return after == null ? null : new UnderWay(plan, reservation, now, result);
    }

    private static Draft hold(Plan plan, Draft draft, int count) {
        plan.fenced().forEach(node -> draft.hold(node, 0, count));
        plan.gated().forEach(node -> draft.hold(node, count, 0));
        return draft;
    }

    private static Draft release(Draft draft, UnderWay change) {
        return hold(change.plan, draft, -1).unreserve(change.reservation);
    }

    // Outside.

    /**
     * Waits until what the gates held back no longer runs: writes above a fence, everything above a
     * drain.
     */
    private void quiesce(Terms terms, Plan plan) throws BlockException {
        Snapshot now = graph.current();
        if (!plan.fenced().isEmpty()) {
            await(terms, Reach.sourcesIn(now, plan.fenced()), Access.WRITE);
        }
        if (!plan.drained().isEmpty()) {
            await(terms, Reach.sourcesIn(now, plan.drained()), Access.READ, Access.WRITE);
        }
    }

    private static void await(Terms terms, Set<SourceKey> sources, Access... accesses)
            throws BlockException {
        for (SourceKey source : sources) {
            for (Access access : accesses) {
                if (!source.domain(access).synchronize(terms.deadline)) {
                    throw new BlockException(
                            Kind.BUSY,
                            terms.what + ": waited too long for requests of " + source.describe());
                }
            }
        }
    }

    private void runOutside(Plan plan, List<OutsideStep> done) throws IOException {
        List<OutsideStep> steps = new ArrayList<>();
        for (NodeState state : graph.current().parentsFirst()) {
            if (plan.isOrderly()
                    && plan.leaving().nodes().contains(state.node)
                    && state.isWritable()) {
                steps.add(new Inactivation(state));
            }
        }
        steps.addAll(plan.steps());
        for (OutsideStep step : steps) {
            done.add(step);
            control.withRequest(step::apply);
        }
    }

    private void undo(Throwable reason, List<OutsideStep> done) {
        for (OutsideStep step : done.reversed()) {
            try {
                control.withRequest(step::undo);
            } catch (IOException | RuntimeException | Error worse) {
                reason.addSuppressed(worse);
            }
        }
    }

    // Switch.

    private Snapshot switchTo(UnderWay change) throws BlockException {
        Snapshot[] last = new Snapshot[1];
        graph.publish(now -> {
            last[0] = now;
            Draft draft = change.plan.applyTo(new Draft(now));
            change.plan.leaving().edges().forEach(draft::leave);
            return release(draft, change).build();
        });
        return last[0];
    }
}
