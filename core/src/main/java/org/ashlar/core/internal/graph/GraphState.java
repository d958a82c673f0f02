package org.ashlar.core.internal.graph;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.ashlar.core.internal.grace.Interrupts;
import org.ashlar.core.internal.grace.Pins;
import org.ashlar.spi.BlockException;
import org.jspecify.annotations.Nullable;

/**
 * The one volatile field that holds the graph, and the one place where it changes. Thread-safe.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: {@code current} is written under the mutex alone, by {@link #publish}.
 *   <li>I2: what runs under the mutex is pure: no I/O, no waiting, no callback, of drivers only
 *       their pure functions.
 *   <li>I3: a slot is given back only when nothing in the published snapshot uses it.
 * </ul>
 */
public final class GraphState {
    private final ReentrantLock mutex = new ReentrantLock();
    private final Condition published = mutex.newCondition();

    /** Written under the mutex by {@link #publish}. */
    private volatile Snapshot current = Snapshot.empty();

    private final Slots edgeSlots = new Slots();
    private final Slots sourceSlots = new Slots();
    private final AtomicLong lastNodeId = new AtomicLong();

    /** Returns the graph. */
    public Snapshot current() {
        return current;
    }

    /** A pure step from one snapshot to the next; it may refuse. */
    @FunctionalInterface
    interface Step {
        Snapshot apply(Snapshot now) throws BlockException;
    }

    /**
     * Publishes what a step makes of the graph, and wakes everybody who waits for a change of it.
     */
    Snapshot publish(Step step) throws BlockException {
        mutex.lock();
        try {
            Snapshot next = step.apply(current);
            current = next;
            published.signalAll();
            return next;
        } finally {
            mutex.unlock();
        }
    }

    /**
     * Publishes what a step makes of {@code expected}; null, publishing nothing, if that is no
     * longer the graph.
     */
    @Nullable Snapshot publishIf(Snapshot expected, Step step) throws BlockException {
        mutex.lock();
        try {
            return current == expected ? publish(step) : null;
        } finally {
            mutex.unlock();
        }
    }

    /** Publishes a step that cannot refuse, as it leads no edge anywhere new. */
    Snapshot publishSameShape(UnaryOperator<Draft> edit) {
        try {
            return publish(now -> edit.apply(new Draft(now)).buildSameShape());
        } catch (BlockException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Waits until the graph is no longer {@code seen}.
     *
     * @param deadline a {@link System#nanoTime()} after which to give up
     * @return false if the deadline passed first
     * @throws IllegalStateException if the calling thread is pinned
     */
    public boolean awaitOther(Snapshot seen, long deadline) {
        Pins.requireNone();
        boolean interrupted = false;
        mutex.lock();
        try {
            while (current == seen) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    published.await(left, TimeUnit.NANOSECONDS);
                } catch (InterruptedException stray) {
                    interrupted = true;
                }
            }
            return true;
        } finally {
            mutex.unlock();
            if (interrupted) {
                Interrupts.restore();
            }
        }
    }

    /** Refuses writes to a node from now on, as its image contradicts itself. */
    public void corrupt(Node node) {
        publishSameShape(draft -> draft.corrupt(node));
    }

    /** Adds a source without roots. */
    public void addSource(SourceKey source) {
        publishSameShape(draft -> draft.add(source));
    }

    /** Returns a slot for a new edge. */
    public int takeEdgeSlot() {
        return edgeSlots.take();
    }

    /** Gives a settled edge's slot back (I3). */
    public void giveEdgeSlot(int slot) {
        edgeSlots.give(slot);
    }

    /** Returns a slot for a new source. */
    public int takeSourceSlot() {
        return sourceSlots.take();
    }

    /** Gives a settled source's slot back (I3). */
    public void giveSourceSlot(int slot) {
        sourceSlots.give(slot);
    }

    /** Returns a number for a new node. */
    public long takeNodeId() {
        return lastNodeId.incrementAndGet();
    }
}
