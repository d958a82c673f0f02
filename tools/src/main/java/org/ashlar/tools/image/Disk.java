package org.ashlar.tools.image;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;

/**
 * One open image, and a root of requests to it. Confined to the command's thread, but for what
 * {@link #newLane} returns.
 */
public final class Disk implements AutoCloseable {

    /** The unit in which the reference's tools count lengths; what is beyond the end is zero. */
    public static final int SECTOR = 512;

    private final BlockLayer layer;
    private final Root root;
    private final NodeInfo node;
    private final String fileName;
    private GivenOptions given;
    private org.ashlar.tools.image.Access access;
    private Lane lane;

    /**
     * How it was opened.
     *
     * @param fileName as it is shown to users
     */
    record Opened(String fileName, GivenOptions given, org.ashlar.tools.image.Access access) {}

    Disk(BlockLayer layer, Root root, NodeInfo node, Opened opened) {
        this.layer = layer;
        this.root = root;
        this.node = node;
        this.fileName = opened.fileName;
        this.given = opened.given;
        this.access = opened.access;
        this.lane = newLane("command");
    }

    /** Returns the node as it was when it was opened. */
    public NodeInfo node() {
        return node;
    }

    /** Returns the file name as it is shown to users. */
    public String fileName() {
        return fileName;
    }

    /** Returns whether it was opened for writing. */
    public boolean isWritable() {
        return access.writes();
    }

    /** Returns whether every write is to reach stable storage before it is acknowledged. */
    public boolean isWritethrough() {
        return access.cache().writethrough();
    }

    /** Returns whether its format has clusters, which may be compressed in some images of it. */
    public boolean hasClusters() {
        return node.capabilities().clusterSize() > 1;
    }

    /** Returns whether it stores compressed clusters. */
    public boolean compresses() {
        return node.capabilities().has(Feature.COMPRESS);
    }

    /** Returns the lane of the command's own thread. */
    public Lane lane() {
        return lane;
    }

    /** Returns another lane, for one more thread. */
    public Lane newLane(String label) {
        return new Lane(root, root.consumer(label), isWritethrough());
    }

    /** Returns an optional service of the node, to be used within {@code use}. */
    public <F, R> Optional<R> facet(Class<F> type, FacetUse<F, R> use) throws IOException {
        return lane.facet(Access.READ, type, use);
    }

    /** Returns an optional service of the node that writes. */
    public <F, R> Optional<R> writingFacet(Class<F> type, FacetUse<F, R> use) throws IOException {
        return lane.facet(Access.WRITE, type, use);
    }

    /** What is done with an optional service. */
    @FunctionalInterface
    public interface FacetUse<F, R> {
        /** Uses it, under the admission's request. */
        R use(F facet, Admission admission) throws IOException;
    }

    /**
     * Gives the open image other options; all else stays.
     *
     * @param changes the options, by dotted key
     * @param wanted how it is used from now on
     * @throws IOException if it stays as it was
     */
    public void reopen(Map<String, String> changes, org.ashlar.tools.image.Access wanted)
            throws IOException {
        Set<String> dropped = new HashSet<>();
        if (wanted.writes() != access.writes()) {
            dropped.add("read-only");
        }
        if (wanted.cache() != access.cache()) {
            dropped.add("cache");
        }
        GivenOptions next = given.with(changes, dropped);
        NodeInfo now = layer.graph().node(node.name());
        boolean gainsWriting = wanted.writes() && !access.writes();
        if (!gainsWriting) {
            root.permissions(wanted.permissions());
        }
        try {
            layer.reopen(next.forReopening(layer.graph(), now, wanted));
            root.permissions(wanted.permissions());
        } catch (IOException failed) {
            root.permissions(access.permissions());
            throw failed;
        }
        given = next;
        access = wanted;
        lane = newLane("command");
    }

    /** Returns how it is used. */
    public org.ashlar.tools.image.Access access() {
        return access;
    }

    /** Takes the root out and closes the node, everything written and flushed. */
    @Override
    public void close() throws IOException {
        try {
            if (isWritable()) {
                lane.flush();
            }
        } finally {
            root.close();
            layer.delete(node.name());
        }
    }
}
