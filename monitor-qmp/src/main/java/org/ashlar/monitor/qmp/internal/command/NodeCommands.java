package org.ashlar.monitor.qmp.internal.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.monitor.qmp.internal.session.Arguments;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands that change nodes. Stateless. */
final class NodeCommands {

    private static final Option<String> NODE_NAME = Option.text("node-name");
    private static final Option<String> REQUIRED_NODE_NAME = Option.text("node-name").required();
    private static final Option<String> DEVICE = Option.text("device");
    private static final Option<Long> SIZE = Option.integer("size").required();
    private static final Option<String> PARENT = Option.text("parent").required();
    private static final Option<String> CHILD = Option.text("child");
    private static final Option<String> NEW_NODE = Option.text("node");
    private static final Option<String> NODE = Option.text("node").required();
    private static final Option<String> OVERLAY = Option.text("overlay").required();
    private static final Option<String> JOB_ID = Option.text("job-id").required();
    private static final Option<Object> REOPEN_OPTIONS = raw("options", "array");
    private static final Option<Object> CREATE_OPTIONS = raw("options", "object");

    /** The length of the longest image there may be, in bytes. */
    private static final long LONGEST = Long.MAX_VALUE >> 30 << 30;

    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    private NodeCommands() {}

    static List<MonitorCommand> all() {
        return List.of(
                Command.action("blockdev-add", NodeCommands::add).withOptionTree(),
                Command.action("blockdev-del", NodeCommands::delete, REQUIRED_NODE_NAME),
                Command.action("blockdev-reopen", NodeCommands::reopen, REOPEN_OPTIONS),
                Command.action("x-blockdev-change", NodeCommands::change, PARENT, CHILD, NEW_NODE)
                        .marked("unstable"),
                Command.action("blockdev-snapshot", NodeCommands::snapshot, NODE, OVERLAY)
                        .marked("allow-write-only-overlay"),
                Command.action("block_resize", NodeCommands::resize, DEVICE, NODE_NAME, SIZE),
                Command.action("blockdev-create", NodeCommands::create, JOB_ID, CREATE_OPTIONS));
    }

    /** Returns an argument that the command reads from the tree. */
    private static Option<Object> raw(String name, String type) {
        return Option.of(name, new OptionType<Object>(type, List.of(), (_, raw) -> raw)).required();
    }

    private static void add(CommandCall call) throws IOException {
        NodeOptions.check(call.layer().drivers(), "", call.tree());
        if (!call.tree().has(NODE_NAME.name())) {
            throw BlockException.invalid("'node-name' must be specified for the root node");
        }
        call.layer().add(call.tree());
    }

    private static void delete(CommandCall call) throws IOException {
        String name = call.arguments().get(REQUIRED_NODE_NAME);
        requireNamed(call, name);
        Snapshot.checkNotBacking(name, call.layer().graph().parents(name));
        call.layer().delete(name);
    }

    private static void requireNamed(CommandCall call, String name) throws BlockException {
        if (call.layer().graph().find(name).isEmpty()) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND,
                    "Failed to find node with node-name='" + name + "'");
        }
    }

    private static void reopen(CommandCall call) throws IOException {
        List<Object> items = call.tree().list(REOPEN_OPTIONS.name()).orElseThrow();
        List<OptionTree> nodes = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof Map<?, ?> members)) {
                throw Arguments.wrongType("options[" + i + "]", "object");
            }
            nodes.add(tree(members));
        }
        for (int i = 0; i < nodes.size(); i++) {
            NodeOptions.check(call.layer().drivers(), "options[" + i + "].", nodes.get(i));
        }
        for (OptionTree node : nodes) {
            requireNamed(
                    call,
                    node.text(NODE_NAME.name())
                            .orElseThrow(() -> BlockException.invalid("node-name not specified")));
        }
        call.layer().reopen(nodes);
    }

    /** Adds a child to a node that takes any number of them, or takes one out. */
    private static void change(CommandCall call) throws IOException {
        String parent = call.arguments().get(PARENT);
        GraphView now = call.layer().graph();
        if (now.find(parent).isEmpty()) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND,
                    "Cannot find device='%s' nor node-name='%s'".formatted(parent, parent));
        }
        Optional<String> child = call.arguments().find(CHILD);
        Optional<String> node = call.arguments().find(NEW_NODE);
        if (child.isPresent() == node.isPresent()) {
            throw BlockException.invalid(
                    child.isPresent()
                            ? "The parameters child and node are in conflict"
                            : "Either child or node must be specified");
        }
        if (child.isPresent()) {
            call.layer().removeChild(parent, child.get());
            return;
        }
        if (now.find(node.get()).isEmpty()) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND, "Node '" + node.get() + "' not found");
        }
        if (now.parents(node.get()).stream().anyMatch(edge -> !edge.root())) {
            throw new BlockException(
                    BlockException.Kind.BUSY, "The node " + node.get() + " already has a parent");
        }
        call.layer().addChild(parent, node.get());
    }

    private static OptionTree tree(Map<?, ?> members) {
        Map<String, Object> copy = new LinkedHashMap<>();
        members.forEach((name, value) -> copy.put(String.valueOf(name), value));
        return OptionTree.typed(copy);
    }

    private static void snapshot(CommandCall call) throws IOException {
        BlockLayer layer = call.layer();
        String node = call.arguments().get(NODE);
        layer.apply(new Snapshot(layer.drivers(), node, call.arguments().get(OVERLAY)));
        try {
            layer.makeReadOnly(node);
        } catch (BlockException stillWritten) {
            LOG.info("'{}' stays writable under its overlay: {}", node, stillWritten.getMessage());
        }
    }

    /** There are no devices: one that is named is not looked for. */
    private static void resize(CommandCall call) throws IOException {
        Optional<String> device = call.arguments().find(DEVICE);
        Optional<String> name = call.arguments().find(NODE_NAME);
        String node = name.orElse("");
        if (call.layer().graph().find(node).isEmpty()) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND,
                    "Cannot find device='"
                            + device.orElse("")
                            + "' nor node-name='"
                            + name.orElse("")
                            + "'");
        }
        long size = call.arguments().get(SIZE);
        if (size < 0) {
            throw BlockException.invalid("Parameter 'size' expects a >0 size");
        }
        if (size > LONGEST) {
            throw BlockException.invalid("offset(%d) exceeds maximum(%d)".formatted(size, LONGEST));
        }
        if (call.layer().graph().node(node).settings().readOnly()) {
            throw new BlockException(BlockException.Kind.NOT_PERMITTED, "Image is read-only");
        }
        call.layer().resize(node, size);
    }

    private static void create(CommandCall call) throws IOException {
        OptionTree given = call.tree().subtree(CREATE_OPTIONS.name()).orElseThrow();
        OptionTree image = NodeOptions.checkCreation(call.layer(), given);
        JobSettings settings =
                new JobSettings(call.arguments().get(JOB_ID), 0, ErrorPolicy.REPORT, true, false);
        call.layer().jobs().start(CreateJob.TYPE, settings, CreateJob.options(call.layer(), image));
    }
}
