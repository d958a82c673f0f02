package org.ashlar.spi.job;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.graph.GraphChange;
import org.osgi.annotation.versioning.ConsumerType;

/** A long-running operation on nodes; runs on a virtual thread of its own. */
@ConsumerType
public interface BlockJob {

    /** Does the work, calling {@link JobControl#checkpoint} at least once per chunk. */
    void run(JobControl control) throws IOException;

    /**
     * Returns the graph change that ends the job, such as an edge led past the nodes that were
     * copied; asked after the run.
     */
    default Optional<GraphChange> completion() throws IOException {
        return Optional.empty();
    }

    /**
     * Releases what the job holds besides its roots, whether it succeeded or not; called once,
     * after the completion.
     */
    default void close() {}
}
