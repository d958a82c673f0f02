package org.ashlar.drivers.quorum.internal;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;

/** Works out what a quorum can do over its children. Stateless. */
final class QuorumCapabilities {

    private QuorumCapabilities() {}

    /**
     * Returns what all children can do, within the limits of the strictest. Alignment is none of
     * these: each child's edge sees to it, so that a small write is a matter of each child alone. A
     * read-modify-write above would put the bytes beside it to the vote and copy the outcome.
     */
    static Capabilities over(Collection<Capabilities> children) {
        Set<Feature> features = EnumSet.allOf(Feature.class);
        long cluster = 1;
        int transfer = Capabilities.DEFAULT_MAX_TRANSFER;
        for (Capabilities child : children) {
            features.retainAll(child.features());
            cluster = Math.max(cluster, child.clusterSize());
            transfer = Math.min(transfer, child.maxTransfer());
        }
        features.add(Feature.PARALLEL);
        features.remove(Feature.NON_BLOCKING); // it waits for several children, and for turns
        if (!features.contains(Feature.FAST_ZERO)) {
            features.remove(Feature.DISCARD); // a discard here is zeroing that deallocates
        }
        return new Capabilities(features, 1, cluster, transfer);
    }
}
