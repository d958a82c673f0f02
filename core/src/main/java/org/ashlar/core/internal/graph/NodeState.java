package org.ashlar.core.internal.graph;

import java.io.IOException;
import java.util.List;
import org.ashlar.core.internal.chain.Chain;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.NodeSettings.DetectZeroes;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionTree;

/**
 * A node in one snapshot. Immutable. The public final fields are what every request reads on its
 * way; they are derived once here so that the way has no look-up in a set.
 */
public final class NodeState {
    /** What a node is told and told of, by users and changes. */
    public record Traits(
            BlockDriver driver,
            OptionTree options,
            NodeSettings settings,
            boolean named,
            boolean probed,
            boolean corrupt) {

        /** Returns these served by another version of the driver. */
        public Traits servedBy(BlockDriver other) {
            return new Traits(other, options, settings, named, probed, corrupt);
        }

        /** Returns these of a node whose image contradicts itself: it is not written any more. */
        Traits corrupted() {
            return new Traits(driver, options, settings, named, probed, true);
        }

        /** Returns these with other options. */
        public Traits with(OptionTree others, NodeSettings otherSettings) {
            return new Traits(driver, others, otherSettings, named, probed, corrupt);
        }
    }

    public final Node node;
    public final BlockNode face;
    public final Capabilities capabilities;

    /** Offsets and lengths of reads and writes must have none of these bits. */
    public final long alignMask;

    public final int maxTransfer;

    /** Whether a read or write that is aligned and short enough may go straight to the face. */
    public final boolean parallel;

    public final boolean nonBlocking;
    public final boolean fua;

    /** Whether a write needs none of: zero detection, range locks, a guarded first sector. */
    public final boolean plainWrites;

    /** What lies below along backing edges. */
    public final Chain chain;

    /** Whether a read is to be led to the layer that decides by the chain's merged map. */
    public final boolean longChain;

    private final Traits traits;
    private final int drains;
    private final int fences;
    private final List<EdgeState> edges;
    private final Permissions cumulative;

    NodeState(Face face, Traits traits, Holds holds, Derived derived) {
        this.node = face.node;
        this.face = face.face;
        this.traits = traits;
        this.drains = holds.drains;
        this.fences = holds.fences;
        this.capabilities = derived.capabilities;
        this.edges = derived.edges;
        this.chain = derived.chain;
        this.longChain = chain.isLong();
        this.cumulative = derived.cumulative;
        this.alignMask = capabilities.alignment() - 1L;
        this.maxTransfer = capabilities.maxTransfer();
        this.parallel = capabilities.has(Feature.PARALLEL);
        this.nonBlocking = capabilities.has(Feature.NON_BLOCKING);
        this.fua = capabilities.has(Feature.FUA);
        this.plainWrites =
                capabilities.has(Feature.WRITE)
                        && alignMask == 0
                        && traits.settings.detectZeroes() == DetectZeroes.OFF
                        && !traits.probed;
    }

    /** Which node, and what serves it. */
    record Face(Node node, BlockNode face) {}

    /** How many drains and write fences hold it. */
    record Holds(int drains, int fences) {
        static final Holds NONE = new Holds(0, 0);
    }

    /** What follows from the rest of the graph. */
    record Derived(
            Capabilities capabilities, List<EdgeState> edges, Permissions cumulative, Chain chain) {
        Derived {
            edges = List.copyOf(edges);
        }
    }

    public String name() {
        return node.name();
    }

    public NodeSettings settings() {
        return traits.settings;
    }

    public Traits traits() {
        return traits;
    }

    public int drains() {
        return drains;
    }

    public int fences() {
        return fences;
    }

    /** Returns its edges in the order they were attached. */
    public List<EdgeState> edges() {
        return edges;
    }

    /**
     * Lets its face take the image over again; nothing counts that was known of it before.
     *
     * @throws IOException what the face throws
     */
    public void activate(Request request) throws IOException {
        try {
            face.activate(request);
        } finally {
            node.maps().changed(0, Long.MAX_VALUE);
        }
    }

    /** Returns what its parents together use and share. */
    public Permissions cumulative() {
        return cumulative;
    }

    public boolean isWritable() {
        return capabilities.has(Feature.WRITE);
    }

    public boolean isFilter() {
        return node.kind() == DriverKind.FILTER;
    }

    @Override
    public String toString() {
        return node.name();
    }
}
