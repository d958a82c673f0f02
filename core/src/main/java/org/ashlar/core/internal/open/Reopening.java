package org.ashlar.core.internal.open;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.core.internal.graph.Plan;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.io.ControlRequest;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Face;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.graph.ChangePlan;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * New options for exactly the named nodes, all or none: each driver stages a new face, and one
 * change switches to all of them. Confined to one thread.
 */
public final class Reopening {
    private static final Logger LOG = LoggerFactory.getLogger(Reopening.class);

    private final OpenServices services;
    private final List<OptionTree> wanted;
    private final List<NewFace> faces = new ArrayList<>();

    /** What one node is to become. */
    private record NewFace(NodeState old, Face face, Traits traits) {}

    public Reopening(OpenServices services, List<OptionTree> wanted) {
        this.services = services;
        this.wanted = List.copyOf(wanted);
    }

    /** Returns the nodes' names; the caller keeps these nodes from here to the end. */
    public Set<String> names(Snapshot now) throws BlockException {
        Set<String> names = new LinkedHashSet<>();
        for (OptionTree options : wanted) {
            String name = find(now, options).name();
            if (!names.add(name)) {
                throw BlockException.invalid("Node '" + name + "' is to be reopened twice");
            }
        }
        return names;
    }

    private static NodeState find(Snapshot now, OptionTree options) throws BlockException {
        String name =
                options.text(NodeOptions.NODE_NAME)
                        .orElseThrow(() -> BlockException.invalid("node-name not specified"));
        NodeState state = now.state(name);
        if (state == null) {
            throw new BlockException(
                    Kind.NOT_FOUND, "Failed to find node with node-name='" + name + "'");
        }
        return state;
    }

    /** Lets every driver stage its new face. */
    public void prepare() throws IOException {
        try (ControlRequest request = new ControlRequest(services.graph().current())) {
            for (OptionTree options : wanted) {
                faces.add(prepare(request, find(request.snapshot(), options), options));
            }
        }
    }

    private NewFace prepare(Request request, NodeState old, OptionTree options) throws IOException {
        BlockDriver driver = driverOf(old, options);
        NodeSettings settings = NodeOptions.settings(options, NodeSettings.DEFAULT);
        OptionTree own = NodeOptions.ownOf(driver, options);
        checkUnchanged(driver, NodeOptions.ownOf(driver, old.traits().options()), own);
        OptionValues values = OptionValues.check(driver.options(), own);
        old.node.control().lock();
        try {
            Face face =
                    old.face.prepareReopen(new Context(old, values, settings, request, services));
            return new NewFace(old, face, old.traits().with(options, settings));
        } finally {
            old.node.control().unlock();
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
            if (current == null || current.face != face.old.face) {
                throw new BlockException(
                        Kind.BUSY, "Node '" + name + "' was changed while it was being reopened");
            }
            plan.replaceFace(name, face.face.node(), face.traits);
            if (!face.face.together()) {
                plan.drain(name);
            }
            if (current.isWritable() && face.traits.settings().readOnly()) {
                plan.drain(name);
                plan.outside(new LastWrites(current));
            }
            for (EdgeState edge : current.edges()) {
                describeChild(plan, edge, face.traits.options().find(edge.key().name()));
            }
            describeNewChildren(plan, current, face.traits.options());
        }
    }

    /** Leads edges that led nowhere to the nodes that the options name. */
    private static void describeNewChildren(Plan plan, NodeState current, OptionTree options)
            throws BlockException {
        for (EdgeKey vacant : current.node.vacant().values()) {
            Optional<String> target = options.text(vacant.name()).filter(name -> !name.isEmpty());
            boolean attached = current.edges().stream().anyMatch(edge -> edge.key().equals(vacant));
            if (target.isPresent() && !attached) {
                plan.attach(current.name(), vacant.name(), vacant.role(), target.get());
            }
        }
    }

    private static void describeChild(Plan plan, EdgeState edge, Optional<Object> wanted)
            throws BlockException {
        if (wanted.isEmpty() || wanted.get() instanceof Map<?, ?>) {
            return;
        }
        boolean none = wanted.get().equals(OptionTree.NONE) || wanted.get().equals("");
        if (none) {
            plan.detach(edge.key());
        } else if (!wanted.get().equals(edge.target().name())) {
            plan.retarget(edge.key(), wanted.get().toString());
        }
    }

    /** Lets a face that is to write no more write out what it keeps. */
    private record LastWrites(NodeState node) implements ChangePlan.OutsideStep {
        @Override
        public void apply(Request request) throws IOException {
            node.face.inactivate(request);
        }

        @Override
        public void undo(Request request) throws IOException {
            node.face.activate(request);
        }
    }

    /** Ends the reopening; faces that were not switched to are closed. */
    public void end(boolean published) {
        if (published) {
            return;
        }
        for (NewFace face : faces) {
            try {
                face.face.node().close();
            } catch (IOException | RuntimeException error) {
                LOG.warn(
                        "giving up the reopening of node '{}': {}",
                        face.old.name(),
                        error.toString());
            }
        }
    }

    private record Context(
            NodeState old,
            OptionValues options,
            NodeSettings settings,
            Request request,
            OpenServices services)
            implements ReopenRequest {
        @Override
        public Background background() {
            return services.backgrounds().of(old.node);
        }
    }
}
