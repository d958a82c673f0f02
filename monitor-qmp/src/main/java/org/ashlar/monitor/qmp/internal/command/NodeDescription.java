package org.ashlar.monitor.qmp.internal.command;

import static org.ashlar.spi.control.Shape.ANY;
import static org.ashlar.spi.control.Shape.BOOLEAN;
import static org.ashlar.spi.control.Shape.INTEGER;
import static org.ashlar.spi.control.Shape.TEXT;
import static org.ashlar.spi.control.Shape.choice;
import static org.ashlar.spi.control.Shape.listOf;
import static org.ashlar.spi.control.Shape.member;
import static org.ashlar.spi.control.Shape.object;
import static org.ashlar.spi.control.Shape.optional;

import java.io.IOException;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.image.BackingLink;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.image.SnapshotInfo;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Describes nodes of one snapshot, QMP {@code BlockDeviceInfo}. Confined to one answer. Asks each
 * node by a source of its own that uses no permission and shares all.
 */
final class NodeDescription {

    private static final long NANOS = 1_000_000_000;
    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    private static final Shape SNAPSHOT =
            object(
                    member("id", TEXT),
                    member("name", TEXT),
                    member("vm-state-size", INTEGER),
                    member("date-sec", INTEGER),
                    member("date-nsec", INTEGER),
                    member("vm-clock-sec", INTEGER),
                    member("vm-clock-nsec", INTEGER),
                    optional("icount", INTEGER));

    private static final Shape IMAGE =
            object(
                    member("filename", TEXT),
                    member("format", TEXT),
                    optional("dirty-flag", BOOLEAN),
                    optional("actual-size", INTEGER),
                    member("virtual-size", INTEGER),
                    optional("cluster-size", INTEGER),
                    optional("encrypted", BOOLEAN),
                    optional("backing-filename", TEXT),
                    optional("full-backing-filename", TEXT),
                    optional("backing-filename-format", TEXT),
                    optional("backing-image", ANY),
                    optional("snapshots", listOf(SNAPSHOT)),
                    optional("format-specific", object(member("type", TEXT), member("data", ANY))));

    static final Shape SHAPE =
            object(
                    member("file", TEXT),
                    member("node-name", TEXT),
                    member("ro", BOOLEAN),
                    member("drv", TEXT),
                    optional("backing_file", TEXT),
                    member("backing_file_depth", INTEGER),
                    member(
                            "children",
                            listOf(object(member("child", TEXT), member("node-name", TEXT)))),
                    member("active", BOOLEAN),
                    member("encrypted", BOOLEAN),
                    member("detect_zeroes", choice("off", "on", "unmap")),
                    member("bps", INTEGER),
                    member("bps_rd", INTEGER),
                    member("bps_wr", INTEGER),
                    member("iops", INTEGER),
                    member("iops_rd", INTEGER),
                    member("iops_wr", INTEGER),
                    member("image", IMAGE),
                    member(
                            "cache",
                            object(
                                    member("writeback", BOOLEAN),
                                    member("direct", BOOLEAN),
                                    member("no-flush", BOOLEAN))),
                    member("write_threshold", INTEGER));

    private static final List<String> NO_LIMITS =
            List.of("bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr", "write_threshold");

    /**
     * What a node itself says.
     *
     * @param length in bytes, -1 if it does not say
     * @param info what its driver tells
     * @param specific what its format tells
     * @param allocated how many bytes its storage takes, -1 if it does not say
     * @param backing what its image names as backing file
     */
    private record Facts(
            long length,
            Optional<ImageInfo> info,
            Map<String, Object> specific,
            List<SnapshotInfo> snapshots,
            long allocated,
            Optional<ImageReference> backing) {}

    private final BlockLayer layer;
    private final GraphView now;
    private final boolean flat;

    /**
     * Describes nodes of {@code now}.
     *
     * @param flat whether to leave out the images below
     */
    NodeDescription(BlockLayer layer, GraphView now, boolean flat) {
        this.layer = layer;
        this.now = now;
        this.flat = flat;
    }

    /** Returns the members of one node. */
    Map<String, Object> of(NodeInfo node) {
        Facts facts = ask(node);
        NodeSettings settings = node.settings();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("file", node.fileName());
        members.put("node-name", node.name());
        members.put("ro", !node.writable());
        members.put("drv", node.driver());
        backing(node).ifPresent(below -> members.put("backing_file", below.fileName()));
        members.put("backing_file_depth", flat ? 0 : depth(node));
        members.put("children", children(node));
        members.put("active", true); // no command makes a node inactive for a user
        members.put("encrypted", facts.info().filter(ImageInfo::isEncrypted).isPresent());
        members.put("detect_zeroes", Option.textOf(settings.detectZeroes()));
        NO_LIMITS.forEach(limit -> members.put(limit, 0));
        members.put("image", image(node, facts));
        members.put("cache", cache(settings));
        return members;
    }

    private static Map<String, Object> cache(NodeSettings settings) {
        Map<String, Object> cache = new LinkedHashMap<>();
        cache.put("writeback", true);
        cache.put("direct", settings.direct());
        cache.put("no-flush", settings.noFlush());
        return cache;
    }

    private static List<Map<String, Object>> children(NodeInfo node) {
        List<Map<String, Object>> children = new ArrayList<>();
        for (EdgeInfo edge : node.children()) {
            Map<String, Object> child = new LinkedHashMap<>();
            child.put("child", edge.name());
            child.put("node-name", edge.target());
            children.add(child);
        }
        return children;
    }

    private Optional<NodeInfo> backing(NodeInfo node) {
        return node.children().stream()
                .filter(edge -> edge.role() == ChildRole.BACKING)
                .findFirst()
                .flatMap(edge -> now.find(edge.target()));
    }

    private int depth(NodeInfo node) {
        return backing(node).map(below -> 1 + depth(below)).orElse(0);
    }

    private Map<String, Object> image(NodeInfo node, Facts facts) {
        Map<String, Object> image = new LinkedHashMap<>();
        image.put("filename", node.fileName());
        image.put("format", node.driver());
        image.put("virtual-size", Math.max(facts.length(), 0));
        if (facts.allocated() >= 0) {
            image.put("actual-size", facts.allocated());
        }
        facts.info().ifPresent(info -> putInfo(node, facts, info, image));
        facts.backing().ifPresent(named -> putBacking(node, named, image));
        Optional<NodeInfo> below = flat ? Optional.empty() : backing(node);
        below.ifPresent(next -> image.put("backing-image", image(next, ask(next))));
        return image;
    }

    private static void putInfo(
            NodeInfo node, Facts facts, ImageInfo info, Map<String, Object> image) {
        image.put("dirty-flag", info.isDirty());
        if (info.clusterSize() > 0) {
            image.put("cluster-size", info.clusterSize());
        }
        if (info.isEncrypted()) {
            image.put("encrypted", true);
        }
        if (!facts.specific().isEmpty()) {
            Map<String, Object> specific = new LinkedHashMap<>();
            specific.put("type", node.driver());
            specific.put("data", facts.specific());
            image.put("format-specific", specific);
        }
        if (!facts.snapshots().isEmpty()) {
            image.put(
                    "snapshots",
                    facts.snapshots().stream().map(NodeDescription::snapshot).toList());
        }
    }

    private static Map<String, Object> snapshot(SnapshotInfo snapshot) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", snapshot.id());
        members.put("name", snapshot.name());
        members.put("vm-state-size", snapshot.stateSize());
        members.put("date-sec", snapshot.taken().getEpochSecond());
        members.put("date-nsec", snapshot.taken().get(ChronoField.NANO_OF_SECOND));
        members.put("vm-clock-sec", snapshot.clockNanos() / NANOS);
        members.put("vm-clock-nsec", snapshot.clockNanos() % NANOS);
        snapshot.instructions().ifPresent(count -> members.put("icount", count));
        return members;
    }

    private void putBacking(NodeInfo node, ImageReference named, Map<String, Object> image) {
        image.put("backing-filename", named.fileName());
        image.put(
                "full-backing-filename",
                backing(node).map(NodeInfo::fileName).orElse(named.fileName()));
        if (!named.format().isEmpty()) {
            image.put("backing-filename-format", named.format());
        }
    }

    /** A node that fails or leaves meanwhile is described by what the snapshot says. */
    private Facts ask(NodeInfo node) {
        try (Root root = layer.attach("query", node.name(), Permissions.NONE);
                Admission admission = root.consumer("query").admit(Access.READ)) {
            Child child = root.root();
            Request request = admission.request();
            Optional<ImageInfo> info = child.facet(request, ImageInfo.class);
            return new Facts(
                    child.length(request),
                    info,
                    info.isPresent() ? info.get().formatSpecific(request) : Map.of(),
                    info.isPresent() ? info.get().snapshots(request) : List.of(),
                    allocated(child, info, request),
                    backing(child, request));
        } catch (IOException e) {
            LOG.debug(
                    "{} is described without what it says itself: {}", node.name(), e.getMessage());
            return new Facts(-1, Optional.empty(), Map.of(), List.of(), -1, Optional.empty());
        }
    }

    private static Optional<ImageReference> backing(Child child, Request request) {
        return child.facet(request, BackingLink.class).flatMap(BackingLink::backing);
    }

    /** A node takes what all it is stored in takes together; -1 if any of it does not say. */
    private static long allocated(Child child, Optional<ImageInfo> info, Request request)
            throws IOException {
        long own = info.isPresent() ? info.get().allocatedBytes(request) : -1;
        if (own >= 0) {
            return own;
        }
        long sum = -1;
        for (Child below : request.childrenOf(child).all()) {
            if (below.role() != ChildRole.BACKING) {
                long part = allocated(below, below.facet(request, ImageInfo.class), request);
                if (part < 0) {
                    return -1;
                }
                sum = Math.max(sum, 0) + part;
            }
        }
        return sum;
    }
}
