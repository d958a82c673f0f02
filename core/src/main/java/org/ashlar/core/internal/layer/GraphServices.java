package org.ashlar.core.internal.layer;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import org.ashlar.core.InFlight;
import org.ashlar.core.LayerSettings;
import org.ashlar.core.internal.graph.Changes;
import org.ashlar.core.internal.graph.Control;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Settlement;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.core.internal.io.BufferPool;
import org.ashlar.core.internal.io.EdgeIo;
import org.ashlar.core.internal.io.RequestTrace;
import org.ashlar.core.internal.open.Backgrounds;
import org.ashlar.core.internal.open.OpenServices;
import org.ashlar.core.internal.open.Prober;
import org.ashlar.core.internal.update.DriverWatch;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.GraphChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One graph with what acts on it: made once for a layer. Thread-safe. */
@Singleton
public final class GraphServices {
    private static final Logger LOG = LoggerFactory.getLogger(GraphServices.class);

    private final GraphState state = new GraphState();
    private final Limits limits;
    private final Control control;
    private final Changes changes;
    private final OpenServices opening;
    private final Sources sources;
    private final RequestTrace trace;

    /** Makes an empty graph. */
    @Inject
    public GraphServices(Drivers drivers, Events events, LayerSettings settings) {
        BufferPool buffers = new BufferPool();
        EdgeIo io = new EdgeIo(buffers, Prober.guard(drivers));
        Backgrounds backgrounds = new Backgrounds();
        limits = new Limits(settings);
        control = new ControlImpl(state, backgrounds);
        changes = new Changes(state, control);
        opening = new OpenServices(state, drivers, io, buffers, events, backgrounds, settings);
        trace = new RequestTrace(settings.traceRequests());
        sources = new GraphSources(this, io, trace);
    }

    /** Returns what follows the drivers that come and go. */
    public DriverWatch driverWatch() {
        return new DriverWatch(opening, changes, control, opening.settings());
    }

    GraphState state() {
        return state;
    }

    Limits limits() {
        return limits;
    }

    Changes changes() {
        return changes;
    }

    OpenServices opening() {
        return opening;
    }

    /** Returns where sources of requests are made. */
    public Sources sources() {
        return sources;
    }

    /** Returns the requests in flight, the oldest first, where they are traced. */
    public List<InFlight> inFlight() {
        return trace.inFlight();
    }

    /** Returns the graph as it stands. */
    public Snapshot view() {
        return state.current();
    }

    /**
     * Applies a job's change, whose claims do not stand in its own way, and returns once it has
     * settled.
     */
    public void applyOf(Sources.Source owner, GraphChange change) throws IOException {
        Settlement left =
                changes.apply(
                        limits.terms(
                                "completion of " + GraphSources.keyOf(owner).label(),
                                GraphSources.keyOf(owner)),
                        change::describe);
        left.await(limits.deadline());
    }

    void withRequest(Request.Work work) throws IOException {
        control.withRequest(work);
    }

    /** Drains a node that is about to become shorter; returns what ends the drain. */
    Runnable drain(String what, String nodeName, Root root, long newLength) throws IOException {
        long[] length = new long[1];
        withRequest(request -> length[0] = root.root().length(request));
        NodeState node = state.current().state(nodeName);
        return newLength >= length[0] || node == null
                ? () -> {}
                : changes.drain(limits.terms(what), node.node);
    }

    /**
     * Takes every node out, everything written and flushed; an error is logged and the rest goes
     * on.
     */
    void closeNodes() {
        for (NodeState node : state.current().states()) {
            if (node.isWritable()) {
                try {
                    withRequest(node.face::flush);
                } catch (IOException | RuntimeException error) {
                    LOG.error("flushing node '{}': {}", node.name(), error.toString());
                }
            }
        }
        try {
            Settlement left =
                    changes.apply(
                            limits.terms("closing"),
                            (now, plan) -> {
                                now.sources().forEach(plan::removeSource);
                                for (NodeState node : now.states()) {
                                    plan.remove(node.name());
                                }
                            });
            left.await(limits.deadline());
        } catch (IOException | RuntimeException error) {
            LOG.error("closing the graph: {}", error.toString());
        }
    }
}
