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
        try (Sources.Source users = sources.open("creating a " + name + " image")) {
            Map<String, Child> roots = new HashMap<>();
            for (String key : List.of("file", "data-file")) {
                if (options.text(key).isPresent()) {
                    roots.put(key, users.addRoot(key, options.text(key).get(), ALONE));
                }
            }
            Opening opening = new Opening(services);
            try {
                new Context(opening, opening.find(name), options, roots).create();
            } finally {
                opening.discard();
            }
        }
    }

    private final class Context implements CreateRequest {
        private final Opening opening;
        private final BlockDriver driver;
        private final OptionTree given;
        private final OptionValues values;
        private final Node creator;
        private final Map<String, Child> roots;
        private final List<EdgeState> edges = new ArrayList<>();

        private Context(
                Opening opening, BlockDriver driver, OptionTree given, Map<String, Child> roots)
                throws BlockException {
            this.opening = opening;
            this.driver = driver;
            this.given = given;
            this.roots = roots;
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
                for (Child child : roots.values()) {
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
            Child known = roots.get(name);
            if (known != null) {
                return Optional.of(known);
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
            Edge edge = opening.newEdge(creator, name, ChildRole.IMAGE);
            edges.add(new EdgeState(edge, storage.node(), ALONE));
            opening.show(
                    creator,
                    new Traits(driver, given, NodeSettings.DEFAULT, false, false, false),
                    edges);
            roots.put(name, edge);
            return Optional.of(edge);
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
