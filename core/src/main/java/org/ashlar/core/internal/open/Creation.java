package org.ashlar.core.internal.open;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.graph.NodeState.Traits;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.core.internal.io.Edge;
import org.ashlar.core.internal.registry.DriverUses;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.CreateRequest;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/**
 * Creates images: what they are stored in is opened for it, held against everybody else, and closed
 * again. Thread-safe.
 */
public final class Creation {
    private static final Permissions ALONE =
            new Permissions(
                    Set.of(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE),
                    Set.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED));

    private final OpenServices services;
    private final Sources sources;

    public Creation(OpenServices services, Sources sources) {
        this.services = services;
        this.sources = sources;
    }

    /** Creates what {@code options} describe; see {@code BlockLayer.create}. */
    public void create(OptionTree options) throws IOException {
        String name =
                options.text(NodeOptions.DRIVER)
                        .orElseThrow(() -> BlockException.invalid("Parameter 'driver' is missing"));
        try (Sources.Source users = sources.openStaying("creating a " + name + " image")) {
            for (String key : List.of("file", "data-file")) {
                Optional<String> node = options.text(key);
                if (node.isPresent()) {
                    requireNode(node.get());
                    users.addRoot(key, node.get(), ALONE);
                }
            }
            Opening opening = new Opening(services);
            try {
                new Context(opening, opening.find(name), options).create();
            } finally {
                opening.discard();
            }
        }
    }

    private void requireNode(String name) throws BlockException {
        if (services.graph().current().state(name) == null) {
            throw References.notFound(name);
        }
    }

    private final class Context implements CreateRequest {
        private final Opening opening;
        private final BlockDriver driver;
        private final OptionTree given;
        private final OptionValues values;
        private final Node creator;
        private final Map<String, Child> children = new HashMap<>();
        private final List<EdgeState> edges = new ArrayList<>();

        private Context(Opening opening, BlockDriver driver, OptionTree given)
                throws BlockException {
            this.opening = opening;
            this.driver = driver;
            this.given = given;
            this.values = OptionValues.check(driver.createOptions(), ownOptions());
            Node.Label label =
                    new Node.Label(
                            "creating a " + driver.name() + " image",
                            driver.name(),
                            driver.kind(),
                            "");
            this.creator =
                    new Node(
                            services.graph().takeNodeId(),
                            label,
                            home -> services.backgrounds().sourceOf(services.graph(), home));
        }

        private OptionTree ownOptions() {
            OptionTree own = given.without(NodeOptions.DRIVER);
            for (ChildOption child : driver.childOptions()) {
                boolean declared =
                        driver.createOptions().stream()
                                .anyMatch(option -> option.name().equals(child.name()));
                own = declared ? own : own.without(child.name());
            }
            return own;
        }

        private void create() throws IOException {
            try {
                try (DriverUses.Call _ = opening.services().uses().calling(driver)) {
                    driver.create(this);
                }
                for (Child child : children.values()) {
                    child.flush(request());
                }
            } finally {
                creator.edgeSlots(edges).forEach(services.graph()::giveEdgeSlot);
                services.graph().giveSourceSlot(creator.background().slot());
            }
        }

        @Override
        public OptionValues options() {
            return values;
        }

        @Override
        public Child file() throws IOException {
            return child("file")
                    .orElseThrow(() -> BlockException.invalid("Parameter 'file' is missing"));
        }

        @Override
        public Optional<Child> child(String name) throws IOException {
            if (!children.containsKey(name)) {
                Optional<Node> storage = storage(name);
                if (storage.isEmpty()) {
                    return Optional.empty();
                }
                children.put(name, lead(name, storage.get()));
            }
            return Optional.ofNullable(children.get(name));
        }

        /** Returns the node that a child is to be; one of the graph is held by a root meanwhile. */
        private Optional<Node> storage(String name) throws IOException {
            Optional<String> reference = given.text(name);
            if (reference.isPresent()) {
                return Optional.of(opening.node(reference.get()));
            }
            Optional<OptionTree> description = given.subtree(name);
            if (description.isEmpty()) {
                return Optional.empty();
            }
            Staged storage =
                    opening.openProtocol(
                            description.get(),
                            NodeOptions.handDown(NodeSettings.DEFAULT, ChildRole.IMAGE));
            storage.face().holdPermissions(ALONE);
            return Optional.of(storage.node());
        }

        /** A format's edge, and no root: what is written past the end makes the storage grow. */
        private Child lead(String name, Node storage) throws IOException {
            Edge edge = opening.newEdge(creator, name, ChildRole.IMAGE);
            edges.add(new EdgeState(edge, storage, ALONE));
            opening.show(
                    creator,
                    new Traits(driver, given, NodeSettings.DEFAULT, false, false, false),
                    edges);
            return edge;
        }

        @Override
        public Request request() {
            return opening.request();
        }

        @Override
        public Buffers buffers() {
            return services.buffers();
        }
    }
}
