package org.ashlar.tools.image;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;

/**
 * One open image, and a root of requests to it. Thread-safe, but for {@link #lane()}, which belongs
 * to the command's thread.
 */
public final class Disk implements AutoCloseable {

    /** The unit in which the reference's tools count lengths; what is beyond the end is zero. */
    public static final int SECTOR = 512;

    private final BlockLayer layer;
    private final Root root;
    private final NodeInfo node;
    private final String fileName;
    private final org.ashlar.tools.image.Access access;
    private final Lane lane;

    Disk(
            BlockLayer layer,
            Root root,
            NodeInfo node,
            String fileName,
            org.ashlar.tools.image.Access access) {
        this.layer = layer;
        this.root = root;
        this.node = node;
        this.fileName = fileName;
        this.access = access;
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
