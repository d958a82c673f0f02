package org.ashlar.core.internal.graph;

/**
 * How a change under way holds a node, or a source, until its switch; each is stronger than the
 * ones before.
 */
enum Hold {
    /** The node stays in the graph. */
    PRESENT,
    /** Its edges stay where they lead as well. */
    SHAPE,
    /** The change leads its edges elsewhere. */
    ALTERED,
    /** The change takes it out, or lets another face serve it: nobody else may count on it. */
    ALONE;

    /** Returns whether two changes may not hold a node so at the same time. */
    boolean collidesWith(Hold other) {
        if (this == ALONE || other == ALONE) {
            return true;
        }
        return this != PRESENT && other != PRESENT && (this == ALTERED || other == ALTERED);
    }
}
