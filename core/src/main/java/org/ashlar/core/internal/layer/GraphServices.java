package org.ashlar.core.internal.layer;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.core.InFlight;
import org.ashlar.core.LayerSettings;
import org.ashlar.core.Settling;
import org.ashlar.core.internal.graph.Changes;
import org.ashlar.core.internal.graph.Changes.Held;
import org.ashlar.core.internal.graph.Changes.Terms;
import org.ashlar.core.internal.graph.Control;
import org.ashlar.core.internal.graph.GraceWaits;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Settlement;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.core.internal.io.BufferPool;
import org.ashlar.core.internal.io.ControlRequest;
import org.ashlar.core.internal.io.EdgeIo;
import org.ashlar.core.internal.io.RequestTrace;
import org.ashlar.core.internal.open.Backgrounds;
import org.ashlar.core.internal.open.OpenServices;
import org.ashlar.core.internal.open.Prober;
import org.ashlar.core.internal.open.Reopening;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.core.internal.update.DriverWatch;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
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
    private final GraceWaits grace;

    /** Makes an empty graph. */
    @Inject
    public GraphServices(Registry drivers, Events events, LayerSettings settings) {
        BufferPool buffers = new BufferPool();
        EdgeIo io = new EdgeIo(buffers, Prober.guard(drivers));
        trace = new RequestTrace(settings.traceRequests());
        grace = new GraceWaits(trace::inFlight);
        Backgrounds backgrounds = new Backgrounds(trace, grace);
        limits = new Limits(settings);
        control = new ControlImpl(state, backgrounds, drivers.uses());
        changes = new Changes(state, control, grace);
        opening =
                new OpenServices(
                        state, drivers, drivers.uses(), io, buffers, events, backgrounds, settings);
        sources = new GraphSources(this, io, trace);
    }

    /** Returns what follows the drivers that come and go. */
    public DriverWatch driverWatch() {
        return new DriverWatch(opening, changes, control);
    }

    /** Returns what follows them and says in {@code log} what becomes of the nodes. */
    public DriverWatch driverWatch(Logger log) {
        return new DriverWatch(opening, changes, control, log);
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

    /** Returns what waits for requests to end before it releases something, the longest first. */
    public List<Settling> settling() {
        return grace.settling();
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

    /** Carries a reopening out; the nodes that it is about stay in the graph meanwhile. */
    Settlement reopen(Reopening reopening) throws IOException {
        boolean published = false;
        try (Sources.Source keeper = sources.openStaying("reopening")) {
            for (String name : reopening.names(view())) {
                keeper.addRoot(name, name, Permissions.NONE);
            }
            try (Admission _ = keeper.consumer("reopening").admit(Access.READ)) {
                reopening.prepare();
            }
            Settlement left = changes.apply(limits.terms("reopening"), reopening::describe);
            published = true;
            return left;
        } finally {
            reopening.end(published);
        }
    }

    void withRequest(Request.Work work) throws IOException {
        control.withRequest(work);
    }

    /**
     * Changes a node's length, reserved for it so that neither the node nor what it is stored in
     * goes meanwhile; drained if it becomes shorter.
     */
    void resize(String nodeName, Child root, long newLength) throws IOException {
        Terms terms = limits.terms("resizing node '" + nodeName + "'");
        try (Held _ =
                changes.hold(
                        terms,
                        (now, plan) -> {
                            plan.keep(nodeName);
                            if (isLonger(now, nodeName, root, newLength)) {
                                plan.drain(nodeName);
                            }
                        })) {
            withRequest(request -> root.truncate(request, newLength, Preallocation.OFF));
        }
    }

    private static boolean isLonger(Snapshot now, String nodeName, Child root, long newLength)
            throws IOException {
        try (ControlRequest request = new ControlRequest(now)) {
            if (!root.nodeName(request).equals(nodeName)) {
                throw new BlockException(
                        BlockException.Kind.BUSY,
                        "Node '" + nodeName + "' was given an overlay while it was being resized");
            }
            return root.length(request) > newLength;
        }
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
                } catch (IOException | RuntimeException | LinkageError error) {
                    LOG.error("flushing node '{}': {}", node.name(), error.toString());
                }
            }
        }
        Terms terms = limits.terms("closing");
        List<Settlement> left = new ArrayList<>();
        remove(terms, left, (now, plan) -> now.sources().forEach(plan::removeSource));
        for (NodeState node : state.current().parentsFirst()) {
            Changes.Description gone =
                    (now, plan) -> {
                        if (now.state(node.node) != null) {
                            plan.remove(node.name());
                        }
                    };
            if (!remove(terms, left, gone)) {
                remove(
                        limits.terms("closing"),
                        left,
                        (now, plan) -> {
                            plan.abandon();
                            gone.describe(now, plan);
                        });
            }
        }
        left.forEach(settlement -> settlement.await(limits.deadline()));
    }

    private boolean remove(Terms terms, List<Settlement> left, Changes.Description description) {
        try {
            left.add(changes.apply(terms, description));
            return true;
        } catch (IOException | RuntimeException | LinkageError error) {
            LOG.error("closing the graph: {}", error.toString());
            return false;
        }
    }
}
