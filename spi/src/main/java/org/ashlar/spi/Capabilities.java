package org.ashlar.spi;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a node can do by itself, and the limits the core keeps on its behalf. Immutable.
 *
 * @param features what the node does; what is not named is refused or emulated as the feature says
 * @param alignment a power of two that divides every offset and length of a read or write the node
 *     is given
 * @param clusterSize the allocation unit in bytes, a multiple of {@code alignment}; 1 if there is
 *     none
 * @param maxTransfer the longest read or write in bytes the node is given, a multiple of {@code
 *     alignment}
 */
public record Capabilities(
        Set<Feature> features, int alignment, long clusterSize, int maxTransfer) {

    /** One thing a node may be able to do. */
    public enum Feature {
        /** May be written; otherwise every write, zero and discard is refused. */
        WRITE,
        /** May be resized; otherwise truncate is refused. */
        RESIZE,
        /** Zeroes by itself; otherwise the core writes zeroes. */
        ZERO,
        /** Zeroes faster than by writing; see {@link IoFlags#NO_FALLBACK}. */
        FAST_ZERO,
        /** Honours {@link IoFlags#FUA}; otherwise the core flushes after the write. */
        FUA,
        /**
         * A discard may free space; otherwise it is accepted and does nothing, and exports do not
         * offer it.
         */
        DISCARD,
        /** Takes any number of requests at once; otherwise the core lets one in at a time. */
        PARALLEL,
        /**
         * Honours {@link Request#mustNotBlock()}; otherwise such a request is refused before it
         * reaches the node.
         */
        NON_BLOCKING,
        /** Stores compressed clusters; otherwise {@link IoFlags#COMPRESSED} is dropped. */
        COMPRESS
    }

    /** The longest transfer of a node that sets no limit, 32 MiB. */
    public static final int DEFAULT_MAX_TRANSFER = 1 << 25;

    /** A node that is read one request at a time: the safe choice for a first driver. */
    public static final Capabilities READ_ONLY =
            new Capabilities(Set.of(), 1, 1, DEFAULT_MAX_TRANSFER);

    public Capabilities {
        features = Set.copyOf(features);
        if (Integer.bitCount(alignment) != 1 || alignment < 1) {
            throw new IllegalArgumentException("alignment " + alignment + " is not a power of two");
        }
        if (clusterSize < 1 || (clusterSize > 1 && clusterSize % alignment != 0)) {
            throw new IllegalArgumentException(
                    "clusterSize " + clusterSize + " and alignment " + alignment);
        }
        if (maxTransfer < alignment || maxTransfer % alignment != 0) {
            throw new IllegalArgumentException(
                    "maxTransfer " + maxTransfer + " and alignment " + alignment);
        }
    }

    /** Returns whether the node does {@code feature} by itself. */
    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /** Returns these with more features. */
    public Capabilities with(Feature... more) {
        EnumSet<Feature> all = EnumSet.noneOf(Feature.class);
        all.addAll(features);
        all.addAll(Set.of(more));
        return new Capabilities(all, alignment, clusterSize, maxTransfer);
    }

    /** Returns these with fewer features. */
    public Capabilities without(Feature... fewer) {
        EnumSet<Feature> rest = EnumSet.noneOf(Feature.class);
        rest.addAll(features);
        rest.removeAll(Set.of(fewer));
        return new Capabilities(rest, alignment, clusterSize, maxTransfer);
    }

    /** Returns these with another alignment, in bytes. */
    public Capabilities withAlignment(int bytes) {
        return new Capabilities(features, bytes, clusterSize, maxTransfer);
    }

    /** Returns these with another allocation unit, in bytes. */
    public Capabilities withClusterSize(long bytes) {
        return new Capabilities(features, alignment, bytes, maxTransfer);
    }

    /** Returns these with another longest transfer, in bytes. */
    public Capabilities withMaxTransfer(int bytes) {
        return new Capabilities(features, alignment, clusterSize, bytes);
    }
}
