package org.ashlar.spi.graph;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A description of changes to nodes and edges, checked and published as one by {@code
 * BlockLayer.apply}.
 *
 * <p>It goes in four steps: <em>reserve</em> (what it reads and alters is marked, the permissions
 * of its result are added), <em>outside</em> (its outside steps run, in order), <em>switch</em>
 * (one publication that cannot fail) and <em>settle</em> (after grace).
 */
@ConsumerType
@FunctionalInterface
public interface GraphChange {

    /**
     * Describes the change against {@code now}. Pure and repeatable: it is asked anew when what it
     * wanted to reserve was taken by another change.
     */
    void describe(GraphView now, ChangePlan plan) throws IOException;
}
