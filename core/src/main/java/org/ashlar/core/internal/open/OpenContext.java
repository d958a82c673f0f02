package org.ashlar.core.internal.open;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.core.internal.io.BackgroundImpl;
import org.ashlar.core.internal.io.Edge;
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
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/** What a driver is given to open one node. Confined to the opening thread. */
final class OpenContext implements OpenRequest {
    private final Opening opening;
    private final BlockDriver driver;
    private final Node node;
    private final BackgroundImpl background;
    private final Traits traits;
    private final OptionValues values;
    private final boolean repair;
    private final boolean inspection;
    private final List<EdgeState> edges = new ArrayList<>();

    OpenContext(
            Opening opening,
            BlockDriver driver,
            Node node,
            BackgroundImpl background,
            Traits traits)
            throws BlockException {
        this.opening = opening;
        this.driver = driver;
        this.node = node;
        this.background = background;
        this.traits = traits;
        this.values = NodeOptions.check(driver, traits.options());
        this.repair = NodeOptions.forRepair(traits.options());
        this.inspection = NodeOptions.forInspection(traits.options());
    }

    /** Opens the node. */
    BlockNode open() throws IOException {
        opening.show(node, traits, edges);
        DriverUses uses = opening.services().uses();
        try (DriverUses.Call _ = uses.calling(driver)) {
            BlockNode face = driver.open(this);
            uses.opened(driver, face);
            return face;
        }
    }

    /** Returns the children attached. */
    List<EdgeState> edges() {
        return edges;
    }

    @Override
    public String nodeName() {
        return node.name();
    }

    @Override
    public OptionValues options() {
        return values;
    }

    @Override
    public NodeSettings settings() {
        return traits.settings();
    }

    @Override
    public boolean inactive() {
        return false;
    }

    @Override
    public boolean forRepair() {
        return repair;
    }

    @Override
    public boolean forInspection() {
        return inspection;
    }

    @Override
    public Map<String, Object> handedOver() {
        return Map.of();
    }

    @Override
    public Child attach(String name, ChildRole role) throws IOException {
        return attachIfGiven(name, role)
                .orElseThrow(() ->
                        BlockException.invalid(
                                "A block device must be specified for \"" + name + "\""));
    }

    @Override
    public Optional<Child> attachIfGiven(String name, ChildRole role) throws IOException {
        Optional<Object> given = traits.options().find(name);
        if (given.isEmpty() || isRuledOut(name)) {
            return Optional.empty();
        }
        return Optional.of(attach(name, role, given.get()));
    }

    @Override
    public List<Child> attachAll(String name, ChildRole role) throws IOException {
        List<Object> items = traits.options().list(name).orElse(List.of());
        List<Child> attached = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            attached.add(attach(name + "." + i, role, items.get(i)));
        }
        return attached;
    }

    private Child attach(String name, ChildRole role, Object given) throws IOException {
        if (given instanceof String reference) {
            return attach(name, role, opening.node(reference));
        }
        OptionTree description = treeOf(given);
        NodeSettings handedDown = NodeOptions.handDown(traits.settings(), role);
        Staged child =
                role == ChildRole.BACKING
                        ? opening.openImage(description, handedDown, false)
                        : opening.openProtocol(description, handedDown);
        return attach(name, role, child.node());
    }

    private OptionTree treeOf(Object given) throws BlockException {
        OptionTree holder =
                traits.options().without(traits.options().values().keySet().toArray(String[]::new));
        return holder.with("child", given)
                .subtree("child")
                .orElseThrow(() ->
                        BlockException.invalid(
                                "a child must be described by an object or a node's name"));
    }

    private Child attach(String name, ChildRole role, Node child) throws IOException {
        Edge edge = opening.newEdge(node, name, role);
        if (role == ChildRole.BACKING) {
            node.vacant().put(name, edge);
        }
        Permissions needed =
                Permissions.defaultsFor(role, Permissions.NONE, !traits.settings().readOnly());
        edges.add(new EdgeState(edge, child, needed));
        Staged staged = opening.staged(child);
        if (staged != null) {
            staged.face().holdPermissions(needed);
        }
        opening.show(node, traits, edges);
        return edge;
    }

    @Override
    public Child attachImplicit(String name, ChildRole role, ImageReference reference)
            throws IOException {
        Optional<Object> referred = traits.options().find(name).filter(String.class::isInstance);
        if (referred.isPresent() && !isRuledOut(name)) {
            return attach(name, role, referred.get()); // whatever the image names
        }
        if (!opening.services().settings().implicitOpens()) {
            throw new BlockException(
                    Kind.NOT_PERMITTED,
                    "node '%s': opening '%s', which the image names, is not allowed"
                            .formatted(node.name(), reference.fileName()));
        }
        OptionTree given = traits.options().subtree(name).orElse(OptionTree.empty());
        OptionTree description = given;
        if (!given.has(NodeOptions.FILENAME) && !given.has("file")) {
            description = description.with(NodeOptions.FILENAME, pathOf(reference, role));
        }
        if (!reference.format().isEmpty() && !given.has(NodeOptions.DRIVER)) {
            description = description.with(NodeOptions.DRIVER, reference.format());
        }
        NodeSettings handedDown = NodeOptions.handDown(traits.settings(), role);
        Staged child =
                role == ChildRole.BACKING
                        ? opening.openBacking(description, handedDown)
                        : opening.openImage(description, handedDown, false);
        return attach(name, role, child.node());
    }

    /** A backing file is named as seen from the image, any other as seen by the program. */
    private String pathOf(ImageReference reference, ChildRole role) {
        return role == ChildRole.BACKING
                ? FileNames.resolve(opening.fileNameOf(edges), reference.fileName())
                : reference.fileName();
    }

    @Override
    public Child vacant(String name, ChildRole role) {
        Edge edge = opening.newEdge(node, name, role);
        node.vacant().put(name, edge);
        return edge;
    }

    @Override
    public boolean isRuledOut(String name) {
        return traits.options()
                .find(name)
                .filter(value -> value.equals(OptionTree.NONE) || isEmptyBacking(name, value))
                .isPresent();
    }

    /** An empty name rules out a backing node; of any other child it is a node's name. */
    private boolean isEmptyBacking(String name, Object value) {
        return value.equals("")
                && driver.childOptions().stream()
                        .anyMatch(child ->
                                child.name().equals(name) && child.role() == ChildRole.BACKING);
    }

    @Override
    public Request request() {
        return opening.request();
    }

    @Override
    public Background background() {
        return background;
    }

    @Override
    public Buffers buffers() {
        return opening.services().buffers();
    }
}
