package org.ashlar.core.internal.open;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.core.internal.graph.Owner;
import org.ashlar.core.internal.graph.Plan;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.core.internal.graph.Staging;
import org.ashlar.core.internal.io.BackgroundImpl;
import org.ashlar.core.internal.io.Edge;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.option.OptionTree;
import org.jspecify.annotations.Nullable;

/**
 * One opening of a tree of nodes: what is opened is staged, to be published as one or closed again.
 * Confined to one thread.
 *
 * <p>Invariant I1: a staged node's children are staged before it or were in the graph when the
 * opening began.
 */
public final class Opening {
    private static final Pattern WELL_FORMED = Pattern.compile("[a-zA-Z][a-zA-Z0-9._-]*");
    private static final int LONGEST_NAME = 31;

    private final OpenServices services;
    private final FileNames fileNames;
    private final Snapshot now;
    private final Staging staging;
    private final OpeningRequest request;
    private final List<Staged> staged = new ArrayList<>();
    private final Map<String, Staged> byName = new HashMap<>();
    private final Set<String> chain = new HashSet<>();

    /** Begins an opening on the graph as it is. */
    public Opening(OpenServices services) {
        this.services = services;
        this.fileNames = new FileNames(services.drivers());
        this.now = services.graph().current();
        this.staging = new Staging(now);
        this.request = new OpeningRequest(now);
    }

    OpenServices services() {
        return services;
    }

    OpeningRequest request() {
        return request;
    }

    Snapshot now() {
        return now;
    }

    /**
     * Opens the node that a user describes, with what the description says below it, and returns
     * its name.
     */
    public String open(OptionTree options) throws IOException {
        return openImage(options, NodeSettings.DEFAULT, true).node().name();
    }

    /** Opens a node whose format is found out if no driver is named. */
    Staged openImage(OptionTree given, NodeSettings inherited, boolean named) throws IOException {
        Origin origin = new Origin(named, false);
        OptionTree options = isLiteral(given) ? given : fileNames.expandJson(given);
        Optional<String> driver = options.text(NodeOptions.DRIVER);
        if (driver.isPresent()) {
            BlockDriver found = find(driver.get());
            boolean expands = found.kind() == DriverKind.PROTOCOL && !isLiteral(options);
            return openWith(
                    found, expands ? fileNames.expand(options) : options, inherited, origin);
        }
        if (!options.has(NodeOptions.FILENAME) && !options.has("file")) {
            throw BlockException.invalid("Must specify either driver or file");
        }
        return openProbed(options, inherited, named);
    }

    /**
     * Returns whether the file name is what it says: a protocol is named that takes one. Elsewhere
     * it may describe more than a file.
     */
    private boolean isLiteral(OptionTree given) throws BlockException {
        Optional<String> driver = given.text(NodeOptions.DRIVER);
        return driver.isPresent()
                && find(driver.get()).kind() == DriverKind.PROTOCOL
                && find(driver.get()).options().stream()
                        .anyMatch(option -> option.name().equals(NodeOptions.FILENAME));
    }

    /** Opens what an image names as its backing file; an error says which. */
    Staged openBacking(OptionTree description, NodeSettings inherited) throws IOException {
        String fileName = description.text(NodeOptions.FILENAME).orElse("");
        String identity = fileName.isEmpty() ? "" : FileNames.identity(fileName);
        if (!fileName.isEmpty() && !chain.add(identity)) {
            throw BlockException.invalid(
                    "Backing file '%s' creates an infinite loop.".formatted(fileName));
        }
        try {
            return openImage(description, inherited, false);
        } catch (BlockException error) {
            throw error.within("Could not open backing file: ");
        } finally {
            chain.remove(identity);
        }
    }

    /** Returns the file that an image is in, by the edges it has so far. */
    String fileNameOf(List<EdgeState> edges) {
        for (EdgeState edge : edges) {
            if (edge.key().role() != ChildRole.BACKING) {
                Staged child = staged(edge.target());
                String own = edge.target().fileName();
                return own.isEmpty() && child != null ? fileNameOf(child.edges()) : own;
            }
        }
        return "";
    }

    /** Opens a node of the protocol that its file name, or its driver, says. */
    Staged openProtocol(OptionTree given, NodeSettings inherited) throws IOException {
        OptionTree options = isLiteral(given) ? given : fileNames.expand(given);
        Optional<String> driver = options.text(NodeOptions.DRIVER);
        String fileName = options.text(NodeOptions.FILENAME).orElse("");
        if (driver.isEmpty() && !options.has(NodeOptions.FILENAME)) {
            throw BlockException.invalid("Must specify either driver or file");
        }
        String name = driver.isPresent() ? driver.get() : fileNames.protocolOf(fileName);
        return openWith(find(name), options, inherited, new Origin(false, false));
    }

    private Staged openProbed(OptionTree options, NodeSettings inherited, boolean named)
            throws IOException {
        NodeSettings settings = NodeOptions.settings(options, inherited);
        OptionTree file =
                options.subtree("file")
                        .orElse(
                                options.isText()
                                        ? OptionTree.dotted(Map.of())
                                        : OptionTree.empty());
        String fileName = options.text(NodeOptions.FILENAME).orElse(null);
        if (fileName != null) {
            file = file.with(NodeOptions.FILENAME, fileName);
        }
        Staged protocol = openProtocol(file, NodeOptions.handDown(settings, ChildRole.IMAGE));
        Prober.Found format = probe(protocol);
        OptionTree rest =
                options.without(NodeOptions.FILENAME).with("file", protocol.node().name());
        return openWith(
                format.driver(),
                rest.with(NodeOptions.DRIVER, format.driver().name()),
                inherited,
                new Origin(named, format.guessed()));
    }

    private Prober.Found probe(Staged protocol) throws IOException {
        long length = Math.min(Prober.HEAD, protocol.face().length(request));
        try (Buffers.Buffer head = services.buffers().acquire(length)) {
            services.io().read(request, staging.state(protocol.node()), 0, head.segment());
            return Prober.best(services.drivers(), head.segment())
                    .orElseThrow(() ->
                            BlockException.invalid(
                                    "Could not determine the format of '%s'"
                                            .formatted(protocol.node().fileName())));
        }
    }

    BlockDriver find(String name) throws BlockException {
        return services.drivers()
                .node(name)
                .orElseThrow(
                        () -> new BlockException(Kind.INVALID, "Unknown driver '" + name + "'"));
    }

    /** Whether a user asked for the node by itself, and whether its format was only guessed. */
    private record Origin(boolean named, boolean guessed) {}

    private Staged openWith(
            BlockDriver driver, OptionTree given, NodeSettings inherited, Origin origin)
            throws IOException {
        OptionTree options = withoutIdleBacking(driver, moveFileName(driver, given));
        NodeSettings settings = NodeOptions.settings(options, inherited);
        String name = options.text(NodeOptions.NODE_NAME).orElseGet(this::madeUpName);
        checkName(name, options.has(NodeOptions.NODE_NAME));
        Node node =
                new Node(
                        services.graph().takeNodeId(),
                        new Node.Label(
                                name, driver.name(), driver.kind(), fileName(driver, options)),
                        home -> services.backgrounds().sourceOf(services.graph(), home));
        BackgroundImpl background =
                services.backgrounds().make(services.graph(), services.events(), node);
        Traits traits = new Traits(driver, options, settings, origin.named, origin.guessed, false);
        OpenContext context;
        try {
            context = new OpenContext(this, driver, node, background, traits);
        } catch (BlockException refused) {
            services.graph().giveSourceSlot(node.background().slot());
            throw refused;
        }
        return open(context, node, background, traits);
    }

    private static String fileName(BlockDriver driver, OptionTree options) throws BlockException {
        Optional<String> given = options.text(NodeOptions.FILENAME);
        return given.isPresent()
                ? given.get()
                : driver.fileName(NodeOptions.check(driver, options));
    }

    /** Opens a node; on failure its own work is over and its slots are free. */
    private Staged open(OpenContext context, Node node, BackgroundImpl background, Traits traits)
            throws IOException {
        BlockNode face = null;
        boolean opened = false;
        try {
            face = context.open();
            Staged staged = new Staged(node, face, traits, context.edges(), background);
            stage(staged);
            opened = true;
            return staged;
        } finally {
            if (!opened) {
                giveUp(node, face, background);
                giveBack(node, context.edges());
            }
        }
    }

    private void giveUp(Node node, @Nullable BlockNode face, BackgroundImpl background) {
        background.close();
        services.backgrounds().close(node);
        if (face != null) {
            services.uses().closeIdle(node.name(), face);
        }
    }

    private void giveBack(Node node, List<EdgeState> edges) {
        node.edgeSlots(edges).forEach(services.graph()::giveEdgeSlot);
        services.graph().giveSourceSlot(node.background().slot());
    }

    /** A format's {@code filename} is that of its {@code file}. */
    private static OptionTree moveFileName(BlockDriver driver, OptionTree options) {
        String fileName = options.text(NodeOptions.FILENAME).orElse(null);
        if (driver.kind() == DriverKind.PROTOCOL || fileName == null) {
            return options;
        }
        OptionTree file = options.subtree("file").orElse(OptionTree.empty());
        return options.without(NodeOptions.FILENAME)
                .with("file", file.with(NodeOptions.FILENAME, fileName));
    }

    /** A node that cannot have a backing node has none, as is asked for. */
    private static OptionTree withoutIdleBacking(BlockDriver driver, OptionTree options) {
        boolean none = options.find("backing").filter(OptionTree.NONE::equals).isPresent();
        boolean declared =
                driver.childOptions().stream().anyMatch(child -> child.name().equals("backing"));
        return none && !declared ? options.without("backing") : options;
    }

    private void checkName(String name, boolean given) throws BlockException {
        if (given && !WELL_FORMED.matcher(name).matches()) {
            throw BlockException.invalid("Invalid node-name: '" + name + "'");
        }
        if (given && name.length() > LONGEST_NAME) {
            throw BlockException.invalid("Node name too long");
        }
        if (now.state(name) != null || byName.containsKey(name)) {
            throw BlockException.invalid("Duplicate nodes with node-name='" + name + "'");
        }
    }

    /** Padded by hand: the first use of a formatter takes longer than to open a file. */
    private String madeUpName() {
        String number = Long.toString(services.graph().takeNodeId());
        return "#block" + "0".repeat(Math.max(0, 3 - number.length())) + number;
    }

    void stage(Staged node) throws BlockException {
        staging.add(node.node(), node.face(), node.traits(), node.edges());
        staged.add(node);
        byName.put(node.node().name(), node);
        services.backgrounds().add(node.node(), node.background());
        request.see(staging.routes());
    }

    /** Shows the request the children of a node that is still being opened. */
    void show(Node node, Traits traits, List<EdgeState> edges) throws BlockException {
        staging.add(node, new Unopened(), traits, edges);
        request.see(staging.routes());
    }

    /** Returns the node of that name, staged or in the graph. */
    Node node(String name) throws BlockException {
        Staged found = byName.get(name);
        if (found != null) {
            return found.node();
        }
        NodeState state = now.state(name);
        if (state == null) {
            throw References.notFound(name);
        }
        return state.node;
    }

    /** Returns a staged node, or null if the node is in the graph. */
    @Nullable Staged staged(Node node) {
        return byName.get(node.name());
    }

    Edge newEdge(Owner owner, String name, ChildRole role) {
        return new Edge(owner, services.graph().takeEdgeSlot(), name, role, services.io());
    }

    /** Adds what was opened to a change of the graph, in the order in which it is to be listed. */
    public void describe(Plan plan) throws BlockException {
        Map<Node, Staged> own = new HashMap<>();
        staged.forEach(node -> own.put(node.node(), node)); // by identity: names may collide yet
        Map<Node, Staged> listed = new LinkedHashMap<>();
        staged.reversed().forEach(node -> list(node, own, listed));
        for (Staged node : listed.values()) {
            plan.add(node.node(), node.face(), node.traits(), node.edges());
        }
    }

    /** What a node is stored in comes before it, its other children after it. */
    private static void list(Staged node, Map<Node, Staged> own, Map<Node, Staged> listed) {
        if (listed.containsKey(node.node())) {
            return;
        }
        Staged file = null;
        List<Staged> others = new ArrayList<>();
        for (EdgeState edge : node.edges()) {
            Staged child = own.get(edge.target());
            if (child != null && edge.key().name().equals("file")) {
                file = child;
            } else if (child != null) {
                others.add(child);
            }
        }
        if (file != null) {
            list(file, own, listed);
        }
        listed.put(node.node(), node);
        others.forEach(child -> list(child, own, listed));
    }

    /** Ends the opening's request; what was staged stays, to be published. */
    public void end() {
        request.close();
    }

    /** Closes again what was opened. */
    public void discard() {
        request.close();
        for (Staged node : staged.reversed()) {
            giveUp(node.node(), node.face(), node.background());
            giveBack(node.node(), node.edges());
        }
    }
}
