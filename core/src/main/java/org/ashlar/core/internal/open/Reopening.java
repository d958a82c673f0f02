package org.ashlar.core.internal.open;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final ControlRequest request;

    /** What one node is to become. */
    private record NewFace(NodeState old, Face face, Traits traits) {}

    public Reopening(OpenServices services, List<OptionTree> wanted) {
        this.services = services;
        this.wanted = List.copyOf(wanted);
        this.request = new ControlRequest(services.graph().current());
    }

    /** Lets every driver stage its new face. */
    public void prepare() throws IOException {
        for (OptionTree options : wanted) {
            String name =
                    options.text(NodeOptions.NODE_NAME)
                            .orElseThrow(() -> BlockException.invalid("node-name not specified"));
            NodeState old = request.snapshot().state(name);
            if (old == null) {
                throw new BlockException(
                        Kind.NOT_FOUND, "Failed to find node with node-name='" + name + "'");
            }
            faces.add(prepare(old, options));
        }
        request.close();
    }

    private NewFace prepare(NodeState old, OptionTree options) throws IOException {
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

    /** Ends the reopening; faces that were not switched to are closed. */
    public void end(boolean published) {
        request.close();
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
