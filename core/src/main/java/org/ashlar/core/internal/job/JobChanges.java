package org.ashlar.core.internal.job;

import java.io.IOException;
import org.ashlar.core.internal.graph.Sources.Source;
import org.ashlar.spi.graph.GraphChange;

/**
 * Applies the graph change that ends a job; what the graph gives to the job runner. Thread-safe.
 */
@FunctionalInterface
public interface JobChanges {

    /**
     * Applies the change and returns after it has settled; called with no admission held.
     *
     * @param owner the job's source: its own claims are not in the way
     */
    void apply(Source owner, GraphChange change) throws IOException;
}
