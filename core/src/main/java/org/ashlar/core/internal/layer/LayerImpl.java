package org.ashlar.core.internal.layer;

import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.core.InFlight;
import org.ashlar.core.Settling;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Plan;
import org.ashlar.core.internal.graph.Settlement;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.graph.SourceKey;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.core.internal.open.Creation;
import org.ashlar.core.internal.open.ListedChildren;
import org.ashlar.core.internal.open.Opening;
import org.ashlar.core.internal.open.References;
import org.ashlar.core.internal.open.Reopening;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Exports;
import org.ashlar.spi.control.Jobs;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;

/** The block layer: the graph and the services around it. Thread-safe. */
public final class LayerImpl implements BlockLayer, AutoCloseable {
    private final GraphServices graph;
    private final Jobs jobs;
    private final Exports exports;
    private final Runnable closing;

    /** Puts the layer together; {@code closing} ends jobs and exports. */
    @Inject
    public LayerImpl(GraphServices graph, Jobs jobs, Exports exports, Closing closing) {
        this.graph = graph;
        this.jobs = jobs;
        this.exports = exports;
        this.closing = closing;
    }

    /** Ends jobs and exports, in that order, and returns once they have. */
    @FunctionalInterface
    public interface Closing extends Runnable {}

    @Override
    public GraphView graph() {
        return graph.state().current();
    }

    @Override
    public String add(OptionTree options) throws IOException {
        try (Sources.Source keeper = graph.sources().openStaying("adding a node")) {
            for (String name : References.in(options, drivers())) {
                if (graph.view().state(name) == null) {
                    throw References.notFound(name);
                }
                keeper.addRoot(name, name, Permissions.NONE);
            }
            return open(options, keeper);
        }
    }

    /** Opens and publishes; what the options refer to is kept in the graph meanwhile. */
    private String open(OptionTree options, Sources.Source keeper) throws IOException {
        Admission admission = keeper.consumer("opening").admit(Access.READ);
        Opening opening = new Opening(graph.opening());
        boolean published = false;
        try {
            String name;
            try (admission) {
                name = opening.open(options);
                opening.end();
            }
            graph.changes()
                    .apply(
                            graph.limits().terms("adding node '" + name + "'"),
                            (_, plan) -> opening.describe(plan));
            published = true;
            return name;
        } finally {
            if (!published) {
                opening.discard();
            }
        }
    }

    @Override
    public void delete(String nodeName) throws IOException {
        settle(
                "node '" + nodeName + "'",
                graph.changes()
                        .apply(
                                graph.limits().terms("deleting node '" + nodeName + "'"),
                                (now, plan) -> describeDelete(now, plan, nodeName)));
    }

    private static void describeDelete(Snapshot now, Plan plan, String nodeName)
            throws BlockException {
        NodeState state = now.state(nodeName);
        if (state == null) {
            throw new BlockException(
                    Kind.NOT_FOUND, "Failed to find node with node-name='" + nodeName + "'");
        }
        if (!state.traits().named()) {
            throw BlockException.invalid("Node " + nodeName + " is not owned by the monitor");
        }
        List<EdgeState> users = now.edgesTo(state.node);
        if (!users.isEmpty()) {
            boolean root = users.getFirst().key().owner() instanceof SourceKey;
            throw new BlockException(
                    Kind.BUSY,
                    root
                            ? "Node " + nodeName + " is in use"
                            : "Block device " + nodeName + " is in use");
        }
        plan.remove(nodeName);
    }

    /** Waits until what left the graph is released. */
    private void settle(String what, Settlement left) throws BlockException {
        if (!left.await(graph.limits().deadline())) {
            throw new BlockException(
                    Kind.BUSY,
                    what
                            + " is out of the graph but still closing: requests begun before are in"
                            + " flight");
        }
    }

    @Override
    public void reopen(List<OptionTree> options) throws IOException {
        settle("a node reopened", graph.reopen(Reopening.with(graph.opening(), options)));
    }

    @Override
    public void makeReadOnly(String nodeName) throws IOException {
        NodeState node = graph.view().state(nodeName);
        if (node == null) {
            throw References.notFound(nodeName);
        }
        if (!node.settings().readOnly()) {
            graph.reopen(
                    Reopening.with(graph.opening(), Map.of(node, node.settings().withReadOnly())));
        }
    }

    @Override
    public void addChild(String parentName, String nodeName) throws IOException {
        reopen(List.of(ListedChildren.of(graph.view(), parentName).with(nodeName)));
    }

    @Override
    public void removeChild(String parentName, String childName) throws IOException {
        reopen(List.of(ListedChildren.of(graph.view(), parentName).without(childName)));
    }

    @Override
    public void resize(String nodeName, long length) throws IOException {
        Permissions needed = new Permissions(Set.of(Permission.RESIZE), Permissions.NONE.shared());
        try (Root root = attach("resize of node '" + nodeName + "'", nodeName, needed)) {
            graph.resize(nodeName, root.root(), length);
        }
    }

    @Override
    public void create(OptionTree options) throws IOException {
        new Creation(graph.opening(), graph.sources()).create(options);
    }

    @Override
    public void apply(GraphChange change) throws IOException {
        settle(
                "what a change took out",
                graph.changes()
                        .apply(graph.limits().terms("changing the graph"), change::describe));
    }

    @Override
    public Root attach(String label, String nodeName, Permissions permissions) throws IOException {
        Sources.Source source = graph.sources().open(label);
        boolean attached = false;
        try {
            Root root = new RootOfProgram(source, source.addRoot("root", nodeName, permissions));
            attached = true;
            return root;
        } finally {
            if (!attached) {
                source.close();
            }
        }
    }

    @Override
    public Drivers drivers() {
        return graph.opening().drivers();
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public Exports exports() {
        return exports;
    }

    @Override
    public Events events() {
        return graph.opening().events();
    }

    /** Returns the requests in flight, the oldest first, where they are traced. */
    public List<InFlight> inFlight() {
        return graph.inFlight();
    }

    /** Returns what waits for requests to end before it releases something, the longest first. */
    public List<Settling> settling() {
        return graph.settling();
    }

    /** Ends every job, export and node, everything written and flushed. */
    @Override
    public void close() {
        closing.run();
        graph.closeNodes();
    }
}
