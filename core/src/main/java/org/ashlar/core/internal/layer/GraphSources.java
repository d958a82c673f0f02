package org.ashlar.core.internal.layer;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ashlar.core.internal.graph.Changes;
import org.ashlar.core.internal.graph.Claims;
import org.ashlar.core.internal.graph.EdgeHandle;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Settlement;
import org.ashlar.core.internal.graph.SourceKey;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.core.internal.io.Edge;
import org.ashlar.core.internal.io.EdgeIo;
import org.ashlar.core.internal.io.RequestTrace;
import org.ashlar.core.internal.io.SourceImpl;
import org.ashlar.core.internal.open.LentNodes;
import org.ashlar.core.internal.open.Reopening;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.source.Consumer;

/** Makes sources of requests on the graph. Thread-safe. */
final class GraphSources implements Sources {
    private final GraphState graph;
    private final Changes changes;
    private final Claims claims;
    private final EdgeIo io;
    private final Buffers buffers;
    private final GraphServices services;
    private final Limits limits;
    private final RequestTrace trace;

    GraphSources(GraphServices services, EdgeIo io, RequestTrace trace) {
        this.services = services;
        this.graph = services.state();
        this.changes = services.changes();
        this.claims = new Claims(graph);
        this.io = io;
        this.buffers = services.opening().buffers();
        this.limits = services.limits();
        this.trace = trace;
    }

    @Override
    public Source open(String label) {
        return add(SourceImpl.following(graph, label, trace));
    }

    @Override
    public Source openStaying(String label) {
        return add(SourceImpl.staying(graph, label, trace));
    }

    private Source add(SourceImpl key) {
        graph.addSource(key);
        return new GraphSource(key);
    }

    /** Returns the identity of a source that was made here. */
    static SourceKey keyOf(Source source) {
        return ((GraphSource) source).key;
    }

    private final class GraphSource implements Source {
        private final SourceImpl key;
        private final List<Child> roots = new CopyOnWriteArrayList<>();
        private final List<LentNodes> lent = new CopyOnWriteArrayList<>();

        private GraphSource(SourceImpl key) {
            this.key = key;
        }

        @Override
        public Child addRoot(String name, String nodeName, Permissions permissions)
                throws IOException {
            Edge edge = new Edge(key, graph.takeEdgeSlot(), name, ChildRole.FILTERED, io);
            boolean attached = false;
            try {
                changes.apply(
                        limits.terms(
                                "attaching " + key.label() + " to node '" + nodeName + "'", key),
                        (_, plan) -> plan.attach(edge, nodeName, permissions));
                attached = true;
            } finally {
                if (!attached) {
                    graph.giveEdgeSlot(edge.slot());
                }
            }
            roots.add(edge);
            return edge;
        }

        @Override
        public void permissions(Child root, Permissions permissions) throws IOException {
            Settlement lowered =
                    changes.apply(
                            limits.terms("permissions of " + key.label(), key),
                            (_, plan) -> plan.permissions(EdgeHandle.keyOf(root), permissions));
            lowered.await(limits.deadline());
        }

        @Override
        public void makeWritable(String nodeName) throws IOException {
            LentNodes nodes = LentNodes.of(graph.current(), nodeName);
            if (!nodes.before().isEmpty()) {
                services.reopen(nodes.lend(services.opening())).await(limits.deadline());
                lent.add(nodes);
            }
        }

        @Override
        public void claim(Child edge) throws IOException {
            claims.claim(key, EdgeHandle.keyOf(edge));
        }

        @Override
        public void relyOn(Child edge) throws IOException {
            claims.relyOn(key, EdgeHandle.keyOf(edge));
        }

        @Override
        public void releaseClaims() {
            claims.release(key);
        }

        @Override
        public long inFlight() {
            return key.pins();
        }

        @Override
        public Child root() {
            return roots.getFirst();
        }

        @Override
        public List<Child> roots() {
            return List.copyOf(roots);
        }

        @Override
        public Consumer consumer(String label) {
            return key.consumer();
        }

        @Override
        public Buffers buffers() {
            return buffers;
        }

        @Override
        public void close() throws IOException {
            if (!graph.current().has(key)) {
                return;
            }
            Settlement left =
                    changes.apply(
                            limits.terms("closing " + key.label(), key),
                            (_, plan) -> plan.removeSource(key));
            if (!left.await(limits.deadline())) {
                throw new BlockException(
                        Kind.BUSY,
                        key.label() + " is out of the graph but still has requests in flight");
            }
            giveBack();
        }

        private void giveBack() throws IOException {
            for (LentNodes nodes : lent) {
                Map<NodeState, NodeSettings> left = nodes.toGiveBack(graph.current());
                if (!left.isEmpty()) {
                    services.reopen(Reopening.with(services.opening(), left))
                            .await(limits.deadline());
                }
            }
            lent.clear();
        }
    }
}
