package org.ashlar.core.internal.graph;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.core.internal.grace.Interrupts;
import org.ashlar.core.internal.grace.Pins;
import org.ashlar.spi.BlockNode;

/**
 * What is left of a change after its switch: a grace period of every source that could be where
 * something was taken away, then closing it. Thread-safe. It is never undone; who needs what it
 * releases waits for it.
 *
 * <p>Invariant I1: a slot is given back once, by the change that took its edge or source out.
 */
public final class Settlement {
    private final GraphState graph;
    private final Control control;
    private final Leaving leaving;
    private final Snapshot last;
    private final Permits permits;
    private final CountDownLatch grace = new CountDownLatch(1);
    private final CountDownLatch settled = new CountDownLatch(1);

    /** Prepares to release {@code leaving}; before the switch the graph was {@code last}. */
    Settlement(GraphState graph, Control control, Leaving leaving, Snapshot last, Permits permits) {
        this.graph = graph;
        this.control = control;
        this.leaving = leaving;
        this.last = last;
        this.permits = permits;
    }

    /** Settles on a thread of its own. */
    Settlement start(String change, GraceWaits waits) {
        String what = "settling " + change;
        Thread.ofVirtual()
                .name(what)
                .start(() -> {
                    try {
                        waits.forAllOf(leaving.concerned(last), what);
                        grace.countDown();
                        release();
                    } catch (RuntimeException | Error error) {
                        control.report(what, error);
                    } finally {
                        grace.countDown();
                        settled.countDown();
                    }
                });
        return this;
    }

    private void release() {
        leaving.nodes().forEach(this::close);
        leaving.faces().forEach(this::close);
        permits.settle(leaving);
        graph.publishSameShape(draft -> {
            leaving.edges().forEach(draft::settle);
            leaving.nodes().forEach(draft::settle);
            return draft;
        });
        leaving.ended().forEach(edge -> graph.giveEdgeSlot(edge.slot()));
        leaving.sources().forEach(this::giveBack);
        leaving.nodes().forEach(this::giveBack);
    }

    private void close(Node node) {
        NodeState state = last.state(node);
        control.stopBackground(node);
        if (state != null) {
            close(node, state.face);
        }
    }

    private void close(Node node, BlockNode face) {
        node.control().lock();
        try {
            face.close();
        } catch (IOException | RuntimeException | Error error) {
            control.report("closing node '" + node.name() + "'", error);
        } finally {
            node.control().unlock();
            control.closed(face);
        }
    }

    /** Gives the slots of a source back, unless another change took it out before (I1). */
    private void giveBack(SourceKey source) {
        if (!last.has(source)) {
            return;
        }
        last.parts()
                .roots()
                .getOrDefault(source, List.of())
                .forEach(edge -> graph.giveEdgeSlot(edge.key().slot()));
        graph.giveSourceSlot(source.slot());
    }

    private void giveBack(Node node) {
        NodeState state = last.state(node);
        if (state != null) {
            node.edgeSlots(state.edges()).forEach(graph::giveEdgeSlot);
        }
    }

    /**
     * Waits until everything is released.
     *
     * @param deadline a {@link System#nanoTime()}
     * @return false if the deadline passed first
     * @throws IllegalStateException if the calling thread is pinned
     */
    public boolean await(long deadline) {
        return await(settled, deadline);
    }

    /** Waits, as {@link #await}, until what was in flight has ended; closing may still go on. */
    public boolean awaitGrace(long deadline) {
        return await(grace, deadline);
    }

    private static boolean await(CountDownLatch latch, long deadline) {
        Pins.requireNone();
        boolean interrupted = false;
        while (true) {
            try {
                boolean done = latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (interrupted) {
                    Interrupts.restore();
                }
                return done;
            } catch (InterruptedException stray) {
                interrupted = true;
            }
        }
    }
}
