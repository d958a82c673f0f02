package org.ashlar.core.internal.open;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Inactivation;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.core.internal.graph.Plan;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.graph.Staging;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Face;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.BackingLink;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/**
 * New options for exactly the named nodes, all or none: each driver stages a new face, and one
 * change switches to all of them. Confined to one thread.
 */
public final class Reopening {
    private final OpenServices services;
    private final List<Wish> wanted;
    private final List<NewFace> faces = new ArrayList<>();
    private final List<Wanted> nodes = new ArrayList<>();

    /**
     * What one node is to be told.
     *
     * @param settings what is laid down whatever the options say; then the options are those in
     *     force, and the children stay
     */
    private record Wish(String node, OptionTree options, Optional<NodeSettings> settings) {}

    /** What one node is to become, before its driver has said how. */
    private record Wanted(
            NodeState old,
            BlockDriver driver,
            OptionValues values,
            Traits traits,
            WantedEdges edges) {}

    /** What one node is to become. */
    private record NewFace(NodeState old, Face face, Traits traits, List<EdgeState> edges) {}

    private Reopening(OpenServices services, List<Wish> wanted) {
        this.services = services;
        this.wanted = List.copyOf(wanted);
    }

    /** Prepares to give nodes, named by their options, these options. */
    public static Reopening with(OpenServices services, List<OptionTree> options)
            throws BlockException {
        List<Wish> wanted = new ArrayList<>();
        for (OptionTree tree : options) {
            String name =
                    tree.text(NodeOptions.NODE_NAME)
                            .orElseThrow(() -> BlockException.invalid("node-name not specified"));
            wanted.add(new Wish(name, tree, Optional.empty()));
        }
        return new Reopening(services, wanted);
    }

    /** Prepares to give nodes, by name, other settings; all else stays. */
    public static Reopening with(OpenServices services, Map<NodeState, NodeSettings> settings) {
        return new Reopening(
                services,
                settings.entrySet().stream()
                        .map(entry ->
                                new Wish(
                                        entry.getKey().name(),
                                        entry.getKey().traits().options(),
                                        Optional.of(entry.getValue())))
                        .toList());
    }

    /**
     * Returns the nodes' names and those of the children they are to have; the caller keeps these
     * nodes from here to the end.
     */
    public Set<String> names(Snapshot now) throws BlockException {
        Set<String> names = new LinkedHashSet<>();
        for (Wish wish : wanted) {
            if (!names.add(find(now, wish).name())) {
                throw BlockException.invalid("Node '" + wish.node + "' is to be reopened twice");
            }
        }
        for (Wish wish : wanted) {
            if (wish.settings.isEmpty()) {
                addChildren(now, wish, names);
            }
        }
        return names;
    }

    private void addChildren(Snapshot now, Wish wish, Set<String> names) throws BlockException {
        String driver = find(now, wish).node.driver();
        OptionTree described = wish.options.with(NodeOptions.DRIVER, driver);
        for (String child : References.in(described, services.drivers())) {
            names.add(now.require(child).name());
        }
    }

    private static NodeState find(Snapshot now, Wish wish) throws BlockException {
        NodeState state = now.state(wish.node);
        if (state == null) {
            throw new BlockException(
                    Kind.NOT_FOUND, "Failed to find node with node-name='" + wish.node + "'");
        }
        return state;
    }

    /** Lets every driver stage its new face, over the children that it is to have. */
    public void prepare() throws IOException {
        Snapshot now = services.graph().current();
        try (OpeningRequest request = new OpeningRequest(now)) {
            for (Wish wish : wanted) {
                read(request, now, wish);
            }
            new Circles(now).check(edgesByNode());
            Staging staging = new Staging(now);
            for (Wanted node : nodes) {
                show(staging, node);
            }
            request.see(staging.routes());
            for (Wanted node : nodes) {
                prepare(request, staging, node);
            }
        }
    }

    private void read(OpeningRequest request, Snapshot now, Wish wish) throws IOException {
        NodeState old = find(now, wish);
        BlockDriver driver = driverOf(old, wish.options);
        Optional<String> unknown = NodeOptions.unknown(driver, wish.options);
        if (unknown.isPresent()) {
            throw BlockException.invalid("Cannot change the option '" + unknown.get() + "'");
        }
        OptionTree own = NodeOptions.ownOf(driver, wish.options);
        checkUnchanged(driver, NodeOptions.ownOf(driver, old.traits().options()), own);
        OptionValues values = OptionValues.check(driver.options(), own);
        Optional<NodeSettings> forced = wish.settings;
        NodeSettings settings =
                forced.isPresent()
                        ? forced.get()
                        : NodeOptions.settings(wish.options, NodeSettings.DEFAULT);
        WantedEdges edges = new WantedEdges(services, now, old, wish.options);
        Traits traits = old.traits().with(wish.options, settings);
        nodes.add(new Wanted(old, driver, values, traits, edges));
        if (forced.isEmpty()) {
            edges.read(driver, namesBacking(request, old));
        }
    }

    private static boolean namesBacking(Request request, NodeState node) {
        return node.face
                .facet(request, BackingLink.class)
                .flatMap(BackingLink::backing)
                .isPresent();
    }

    private Map<Node, List<EdgeState>> edgesByNode() {
        Map<Node, List<EdgeState>> edges = new LinkedHashMap<>();
        nodes.forEach(node -> edges.put(node.old.node, node.edges.edges()));
        return edges;
    }

    private static void show(Staging staging, Wanted node) {
        staging.add(node.old.node, node.old.face, node.traits, node.edges.edges());
    }

    private void prepare(OpeningRequest request, Staging staging, Wanted node) throws IOException {
        node.old.node.control().lock();
        try {
            Context context = new Context(this, node, request, staging);
            Face face = node.old.face.prepareReopen(context);
            NewFace made = new NewFace(node.old, face, node.traits, node.edges.edges());
            faces.add(made);
            services.uses().opened(node.old.traits().driver(), face.node());
            node.edges.requireTaken();
        } finally {
            node.old.node.control().unlock();
        }
    }

    private BlockDriver driverOf(NodeState old, OptionTree options) throws BlockException {
        String name = options.text(NodeOptions.DRIVER).orElse(old.node.driver());
        if (!name.equals(old.node.driver())) {
            throw BlockException.invalid("Cannot change the option 'driver'");
        }
        return services.drivers()
                .node(name)
                .orElseThrow(() -> new BlockException(Kind.GONE, "driver '" + name + "' has gone"));
    }

    private static void checkUnchanged(BlockDriver driver, OptionTree before, OptionTree after)
            throws BlockException {
        OptionValues old = OptionValues.check(driver.options(), before);
        OptionValues now = OptionValues.check(driver.options(), after);
        for (Option<?> option : driver.options()) {
            if (!option.isReopenable() && !old.find(option).equals(now.find(option))) {
                throw BlockException.invalid("Cannot change the option '" + option.name() + "'");
            }
        }
    }

    /**
     * Describes the switch to the new faces, and to other children where the options name others.
     */
    @SuppressWarnings("ReferenceEquality") // which face, not what it thinks it equals
    public void describe(Snapshot now, Plan plan) throws IOException {
        for (NewFace face : faces) {
            String name = face.old.name();
            NodeState current = now.state(name);
            if (current == null
                    || current.face != face.old.face
                    || !isLedAs(current.edges(), face.old.edges())) {
                throw new BlockException(
                        Kind.BUSY, "Node '" + name + "' was changed while it was being reopened");
            }
            plan.replaceFace(name, face.face.node(), face.traits);
            if (!face.face.together()) {
                plan.drain(name);
            }
            if (!isLedAs(face.edges, current.edges())) {
                new EdgeSwitch(now, current, face.edges).describe(plan);
            }
            if (current.isWritable() && face.traits.settings().readOnly()) {
                plan.fenceWrites(name);
                plan.outside(new Inactivation(current));
            }
        }
    }

    private static boolean isLedAs(List<EdgeState> some, List<EdgeState> others) {
        return leads(some).equals(leads(others));
    }

    private static Map<EdgeKey, Node> leads(List<EdgeState> edges) {
        return edges.stream().collect(Collectors.toMap(EdgeState::key, EdgeState::target));
    }

    /** Ends the reopening; faces that were not switched to are closed. */
    public void end(boolean published) {
        if (published) {
            return;
        }
        faces.forEach(this::close);
        nodes.forEach(node -> node.edges.discard());
    }

    private void close(NewFace face) {
        services.uses().closeIdle(face.old.name(), face.face.node());
    }

    private record Context(
            Reopening reopening, Wanted node, OpeningRequest request, Staging staging)
            implements ReopenRequest {
        @Override
        public OptionValues options() {
            return node.values;
        }

        @Override
        public NodeSettings settings() {
            return node.traits.settings();
        }

        @Override
        public Child attach(String name, ChildRole role) throws IOException {
            EdgeKey edge = node.edges.attach(name, role);
            show(staging, node);
            request.see(staging.routes());
            return edge;
        }

        @Override
        public List<Child> attachAll(String name, ChildRole role) {
            return List.copyOf(node.edges.attachAll(name));
        }

        @Override
        public Background background() {
            return reopening.services.backgrounds().of(node.old.node);
        }
    }
}
