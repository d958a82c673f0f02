package org.ashlar.spi;

/**
 * What every node can be told, whatever its driver. Immutable.
 *
 * @param readOnly whether the node must not write
 * @param autoReadOnly whether a node that was not asked to be writable may open its storage
 *     read-only until it has to
 * @param direct {@code cache.direct}: bypass the host's page cache
 * @param noFlush {@code cache.no-flush}: ignore flushes; the data may not survive a crash of the
 *     host
 * @param forceShare whether to tolerate writers outside, for reading only
 * @param unmap {@code discard=unmap}: pass discards on rather than ignore them
 * @param detectZeroes whether writes of zeroes become zero requests
 */
public record NodeSettings(
        boolean readOnly,
        boolean autoReadOnly,
        boolean direct,
        boolean noFlush,
        boolean forceShare,
        boolean unmap,
        DetectZeroes detectZeroes) {

    /** What becomes of a write that is all zeroes. */
    public enum DetectZeroes {
        /** It is written. */
        OFF,
        /** It becomes a zero request. */
        ON,
        /** It becomes a zero request that may deallocate. */
        UNMAP
    }

    /** A writable node with the host's cache. */
    public static final NodeSettings DEFAULT =
            new NodeSettings(false, false, false, false, false, false, DetectZeroes.OFF);

    /** Returns these of a node that must not write. */
    public NodeSettings withReadOnly() {
        return new NodeSettings(
                true, autoReadOnly, direct, noFlush, forceShare, unmap, detectZeroes);
    }
}
