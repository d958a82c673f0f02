package org.ashlar.tools.img;

import java.util.Optional;
import org.ashlar.spi.ChainExtent;

/**
 * One line of a map. Immutable.
 *
 * @param start where it begins, in bytes
 * @param extent what is there
 */
record MapEntry(long start, ChainExtent extent) {

    /** Returns an entry of no length, before the first. */
    static MapEntry nothingAt(long start) {
        return new MapEntry(start, NOTHING);
    }

    private static final ChainExtent NOTHING =
            new ChainExtent(0, 0, false, false, false, Optional.empty());

    long length() {
        return extent.length();
    }

    long end() {
        return start + extent.length();
    }

    /** Returns whether {@code next}, which begins where this ends, is more of the same. */
    boolean goesOnIn(MapEntry next) {
        ChainExtent other = next.extent;
        return extent.depth() == other.depth()
                && extent.allocated() == other.allocated()
                && extent.data() == other.data()
                && extent.zero() == other.zero()
                && (extent.location().isEmpty()
                        ? other.location().isEmpty()
                        : other.location().isPresent() && follows(other));
    }

    private boolean follows(ChainExtent other) {
        ChainExtent.Location here = extent.location().orElseThrow();
        ChainExtent.Location there = other.location().orElseThrow();
        return there.nodeName().equals(here.nodeName())
                && there.offset() == here.offset() + extent.length();
    }

    /** Returns both together. */
    MapEntry with(MapEntry next) {
        return new MapEntry(
                start,
                new ChainExtent(
                        extent.length() + next.length(),
                        extent.depth(),
                        extent.allocated(),
                        extent.data(),
                        extent.zero(),
                        extent.location()));
    }
}
