package org.ashlar.core.internal.graph;

import org.ashlar.spi.Child;

/** Something that drivers, jobs and exports hold for an edge. Immutable in which edge it is for. */
public interface EdgeHandle extends Child {

    /** Returns the edge it is for. */
    EdgeKey key();

    /** Returns the edge that a child, which the core gave out, is for. */
    static EdgeKey keyOf(Child child) {
        if (child instanceof EdgeHandle handle) {
            return handle.key();
        }
        throw new IllegalArgumentException("'" + child.name() + "' is no edge of this graph");
    }
}
