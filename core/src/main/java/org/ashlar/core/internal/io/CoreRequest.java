package org.ashlar.core.internal.io;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.core.internal.grace.PinPlace;
import org.ashlar.core.internal.grace.Pins;
import org.ashlar.core.internal.graph.EdgeHandle;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Routes;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Child;
import org.ashlar.spi.Children;
import org.ashlar.spi.Request;
import org.ashlar.spi.source.Admission;

/**
 * A pinned request and its admission in one. Thread-safe.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: from construction to {@link #close()} it is counted once in the domain it was pinned
 *       in, and once in the thread that admitted it.
 *   <li>I2: the snapshot whose routes it follows was read after the pin was counted.
 * </ul>
 */
public class CoreRequest implements Request, Admission {
    private static final VarHandle ENDED;

    static {
        try {
            ENDED = MethodHandles.lookup().findVarHandle(CoreRequest.class, "ended", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final PinPlace place;
    private final int bank;
    private final Pins pins;
    private final boolean mustNotBlock;
    private final Routes routes;
    private final Flag cancelled;

    /** Written by {@link #close()} alone, through ENDED. */
    @SuppressWarnings("unused")
    private volatile boolean ended;

    /** A flag that a request and its forks share; written by {@link #cancel()} alone. */
    private static final class Flag {
        private volatile boolean set;
    }

    /** Takes over a pin of {@code bank} that was counted at {@code place}. */
    CoreRequest(PinPlace place, int bank, Snapshot snapshot, boolean mustNotBlock) {
        this(place, bank, snapshot.routes(), mustNotBlock, new Flag());
    }

    /** Pins at a place of its own. */
    protected CoreRequest(PinPlace place, Snapshot snapshot) {
        this(place, place.pin(), snapshot, false);
    }

    private CoreRequest(
            PinPlace place, int bank, Routes routes, boolean mustNotBlock, Flag cancelled) {
        this.place = place;
        this.bank = bank;
        this.routes = routes;
        this.mustNotBlock = mustNotBlock;
        this.cancelled = cancelled;
        this.pins = Pins.ofCurrentThread();
        pins.add();
    }

    /** Returns where edges lead for this request. */
    public Routes routes() {
        return routes;
    }

    /** Returns the node an edge leads to. */
    final NodeState follow(EdgeKey edge) throws BlockException {
        NodeState target = routes().target(edge);
        if (target == null) {
            throw new BlockException(Kind.GONE, edge + " leads to no node");
        }
        return target;
    }

    @Override
    public boolean mustNotBlock() {
        return mustNotBlock;
    }

    @Override
    public void checkAlive() throws BlockException {
        if (cancelled.set) {
            throw new BlockException(Kind.CANCELLED, "the request was cancelled");
        }
    }

    @Override
    public Children childrenOf(Child parentEdge) {
        NodeState target = routes().target(EdgeHandle.keyOf(parentEdge));
        List<Child> edges = new ArrayList<>();
        if (target != null) {
            target.edges().forEach(edge -> edges.add(edge.key()));
        }
        return new Children(edges);
    }

    @Override
    public Fork fork(Work work) {
        if (ended) {
            throw new IllegalStateException("a fork of a request that has ended");
        }
        place.fork(bank);
        return RequestFork.start(work, this);
    }

    /** Takes over the pin of a fork of {@code parent}, which is counted already. */
    CoreRequest(CoreRequest parent) {
        this(parent.place, parent.bank, parent.routes(), false, parent.cancelled);
    }

    /** Makes the request of a fork; on the fork's thread. */
    CoreRequest forked() {
        return new CoreRequest(this);
    }

    /** Gives the pin of a fork back that was never started. */
    void abandonFork() {
        place.unpin(bank);
    }

    @Override
    public Request request() {
        return this;
    }

    @Override
    public void cancel() {
        cancelled.set = true;
    }

    @Override
    public void close() {
        if (!(boolean) ENDED.getAndSet(this, true)) {
            pins.remove();
            place.unpin(bank);
        }
    }

    /** Does a unit of a request's work. */
    static void run(Work work, CoreRequest request) throws IOException {
        try (request) {
            work.run(request);
        }
    }
}
