package org.ashlar.drivers.quorum.internal;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;

/** Works out what a quorum can do over its children. Stateless. */
final class QuorumCapabilities {

    private QuorumCapabilities() {}

    /** Returns what all children can do, within the limits of the strictest. */
    static Capabilities over(Collection<Capabilities> children) {
        Set<Feature> features = EnumSet.allOf(Feature.class);
        int alignment = 1;
        long cluster = 1;
        int transfer = Capabilities.DEFAULT_MAX_TRANSFER;
        for (Capabilities child : children) {
            features.retainAll(child.features());
            alignment = Math.max(alignment, child.alignment());
            cluster = Math.max(cluster, child.clusterSize());
            transfer = Math.min(transfer, child.maxTransfer());
        }
        features.add(Feature.PARALLEL);
        features.remove(Feature.NON_BLOCKING); // it waits for several children, and for turns
        if (!features.contains(Feature.FAST_ZERO)) {
            features.remove(Feature.DISCARD); // a discard here is zeroing that deallocates
        }
        long roundedCluster = cluster == 1 ? 1 : roundUp(cluster, alignment);
        int roundedTransfer = Math.max(alignment, transfer - transfer % alignment);
        return new Capabilities(features, alignment, roundedCluster, roundedTransfer);
    }

    private static long roundUp(long value, long unit) {
        return (value + unit - 1) / unit * unit;
    }
}
