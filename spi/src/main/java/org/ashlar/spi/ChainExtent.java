package org.ashlar.spi;

import java.util.Optional;

/**
 * Where a run of bytes lies in a chain of overlays and what it reads as. Immutable.
 *
 * <p>Past the end of a layer that is shorter than the one above, the bytes read as zeroes whatever
 * lies below. If a base was named and that layer lies above it, these zeroes count as allocated,
 * with the depth of the last layer that was long enough: without the short layer the base would
 * show through. Otherwise they are not allocated.
 *
 * @param length how many bytes this says something about, never zero
 * @param depth 0 if the top layer decides, 1 if the next one does, and so on; filters are not
 *     counted
 * @param allocated whether some layer of the chain holds the range, if only as zeroes
 * @param data whether the deciding layer stores the range, even if what is stored there is a hole
 * @param zero whether the range is known to read as zeroes
 * @param location where the bytes lie unchanged, if they do; of a range that is not data, what the
 *     deciding layer has set aside for it
 */
public record ChainExtent(
        long length,
        int depth,
        boolean allocated,
        boolean data,
        boolean zero,
        Optional<Location> location) {

    /**
     * A place in a node that stores bytes as they are.
     *
     * @param nodeName the node that stores them
     * @param offset where they begin there, in bytes
     */
    public record Location(String nodeName, long offset) {}
}
