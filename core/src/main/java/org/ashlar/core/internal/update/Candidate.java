package org.ashlar.core.internal.update;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.io.BackgroundImpl;
import org.ashlar.core.internal.io.ControlRequest;
import org.ashlar.core.internal.io.RevocableEdge;
import org.ashlar.core.internal.open.OpenServices;
import org.ashlar.core.internal.registry.DriverUses;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionValues;
import org.jspecify.annotations.Nullable;

/**
 * What a driver is given to open, inactive, a node that another version of it serves: the options
 * and the children in force. Confined to the opening thread, but for {@link #grant}, {@link
 * #revoke} and {@link #close}.
 */
final class Candidate implements OpenRequest {
    private final OpenServices services;
    private final NodeState node;
    private final OptionValues options;
    private final Map<String, Object> handedOver;
    private final BackgroundImpl background;
    private @Nullable ControlRequest request;
    private final List<RevocableEdge> edges = new ArrayList<>();

    Candidate(
            OpenServices services,
            NodeState node,
            OptionValues options,
            Map<String, Object> handedOver) {
        this.services = services;
        this.node = node;
        this.options = options;
        this.handedOver = Map.copyOf(handedOver);
        Snapshot now = services.graph().current();
        this.background =
                services.backgrounds().make(services.graph(), services.events(), node.node);
        node.edges().forEach(edge -> edges.add(new RevocableEdge(edge.key())));
        for (EdgeKey vacant : node.node.vacant().values()) {
            if (now.routes().target(vacant) == null) {
                edges.add(new RevocableEdge(vacant));
            }
        }
    }

    /** Lets what was opened write, as it serves the node now. */
    void grant() {
        edges.forEach(RevocableEdge::grant);
    }

    /** Lets what was opened, or hangs in opening, do nothing any more. */
    void revoke() {
        edges.forEach(RevocableEdge::revoke);
    }

    /** Returns the own work of what was opened. */
    BackgroundImpl ownWork() {
        return background;
    }

    /**
     * Opens it, and lets it hold what the node's users need, on the thread that the candidate is
     * confined to.
     */
    BlockNode open(BlockDriver driver) throws IOException {
        BlockNode face = openFace(driver);
        boolean holds = false;
        try {
            face.holdPermissions(node.cumulative());
            holds = true;
            return face;
        } finally {
            if (!holds) {
                close(face);
            }
        }
    }

    private BlockNode openFace(BlockDriver driver) throws IOException {
        try (ControlRequest opening = new ControlRequest(services.graph().current())) {
            request = opening;
            try (DriverUses.Call _ = services.uses().calling(driver)) {
                BlockNode face = driver.open(this);
                services.uses().opened(driver, face);
                return face;
            }
        }
    }

    /** Closes what was opened; however that fails, the old version is to go on. */
    void close(BlockNode face) {
        services.uses().closeIdle(node.name(), face);
    }

    @Override
    public String nodeName() {
        return node.name();
    }

    @Override
    public OptionValues options() {
        return options;
    }

    @Override
    public NodeSettings settings() {
        return node.settings();
    }

    @Override
    public boolean inactive() {
        return true;
    }

    @Override
    public Map<String, Object> handedOver() {
        return handedOver;
    }

    @Override
    public Child attach(String name, ChildRole role) throws IOException {
        return find(name, role)
                .orElseThrow(() ->
                        new BlockException(
                                Kind.INVALID,
                                "node '%s' has no child '%s'".formatted(node.name(), name)));
    }

    private Optional<Child> find(String name, ChildRole role) {
        for (RevocableEdge edge : edges) {
            if (edge.name().equals(name) && edge.role() == role && isAttached(edge)) {
                return Optional.of(edge);
            }
        }
        return Optional.empty();
    }

    private boolean isAttached(RevocableEdge edge) {
        for (EdgeState state : node.edges()) {
            if (state.key().equals(edge.key())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Optional<Child> attachIfGiven(String name, ChildRole role) {
        return find(name, role);
    }

    @Override
    public List<Child> attachAll(String name, ChildRole role) {
        List<Child> all = new ArrayList<>();
        for (RevocableEdge edge : edges) {
            if (edge.name().startsWith(name + ".") && edge.role() == role && isAttached(edge)) {
                all.add(edge);
            }
        }
        return all;
    }

    @Override
    public Child attachImplicit(String name, ChildRole role, ImageReference reference)
            throws IOException {
        return attach(name, role);
    }

    @Override
    public Child vacant(String name, ChildRole role) {
        for (RevocableEdge edge : edges) {
            if (edge.name().equals(name) && edge.role() == role) {
                return edge;
            }
        }
        throw new IllegalStateException(
                "node '%s' never had a child '%s'".formatted(node.name(), name));
    }

    /** A child that is not there now was ruled out, or has been taken out since. */
    @Override
    public boolean isRuledOut(String name) {
        return node.edges().stream().noneMatch(edge -> edge.key().name().equals(name));
    }

    @Override
    public Request request() {
        return Objects.requireNonNull(request);
    }

    @Override
    public Background background() {
        return background;
    }

    @Override
    public Buffers buffers() {
        return services.buffers();
    }
}
