package org.ashlar.core.internal.io;

import java.util.Optional;
import org.ashlar.core.internal.grace.PinPlace;
import org.ashlar.core.internal.grace.Pins;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.graph.SourceKey;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A source of requests: admission at its gate. Thread-safe. What leads into the graph from it, its
 * root edges, is kept by who made it and by the snapshot.
 */
public final class SourceImpl extends SourceKey {
    /** So many consumers have counters to themselves; more share them. */
    private static final int STRIPES = 8;

    private static final long NO_LIMIT = Long.MAX_VALUE / 2;

    private final GraphState graph;
    private final RequestTrace trace;
    private final boolean staying;

    private SourceImpl(GraphState graph, String label, RequestTrace trace, boolean staying) {
        super(graph.takeSourceSlot(), label, STRIPES, null);
        this.graph = graph;
        this.trace = trace;
        this.staying = staying;
    }

    /** Makes a source outside the graph whose roots go where the users of their nodes are led. */
    public static SourceImpl following(GraphState graph, String label, RequestTrace trace) {
        return new SourceImpl(graph, label, trace, false);
    }

    /** Makes a source outside the graph whose roots stay at their nodes. */
    public static SourceImpl staying(GraphState graph, String label, RequestTrace trace) {
        return new SourceImpl(graph, label, trace, true);
    }

    /** Makes the source of a node's background work. */
    public SourceImpl(GraphState graph, Node home, RequestTrace trace) {
        super(graph.takeSourceSlot(), "background work of node '" + home.name() + "'", 1, home);
        this.graph = graph;
        this.trace = trace;
        this.staying = true;
    }

    @Override
    public boolean staysAtNodes() {
        return staying;
    }

    /** Returns a new consumer. */
    public Consumer consumer() {
        return new Gatekeeper(domain(Access.READ).place(), domain(Access.WRITE).place());
    }

    private final class Gatekeeper implements Consumer {
        private final PinPlace reads;
        private final PinPlace writes;

        private Gatekeeper(PinPlace reads, PinPlace writes) {
            this.reads = reads;
            this.writes = writes;
        }

        @Override
        public Optional<Admission> tryAdmit(Access access, boolean mustNotBlock)
                throws BlockException {
            return Optional.ofNullable(admitNow(access, mustNotBlock));
        }

        /**
         * Pins, then looks at the gate, which is part of the snapshot that the request will follow.
         */
        private @Nullable CoreRequest admitNow(Access access, boolean mustNotBlock)
                throws BlockException {
            PinPlace place = access == Access.READ ? reads : writes;
            int bank = place.pin();
            Snapshot now = graph.current();
            if (!now.isClosed(SourceImpl.this, access)) {
                return trace.isEnabled()
                        ? new TracedRequest(
                                place,
                                bank,
                                now,
                                mustNotBlock,
                                new TracedRequest.Origin(trace, label()))
                        : new CoreRequest(place, bank, now, mustNotBlock);
            }
            place.unpin(bank);
            if (!now.has(SourceImpl.this)) {
                throw new BlockException(Kind.GONE, label() + " is closed");
            }
            return null;
        }

        @Override
        public Admission admit(Access access) throws BlockException {
            Pins.requireNone();
            while (true) {
                CoreRequest request = admitNow(access, false);
                if (request != null) {
                    return request;
                }
                awaitOpen(access);
            }
        }

        @Override
        public void awaitOpen(Access access) {
            Pins.requireNone();
            while (true) {
                Snapshot now = graph.current();
                if (!now.has(SourceImpl.this) || !now.isClosed(SourceImpl.this, access)) {
                    return;
                }
                graph.awaitOther(now, System.nanoTime() + NO_LIMIT);
            }
        }
    }
}
