package org.ashlar.core.internal.job;

import jakarta.inject.Inject;
import jakarta.inject.Provider;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.spi.graph.GraphView;

/**
 * What jobs use of the graph. Immutable.
 *
 * @param sources where their requests begin
 * @param view the graph as it stands
 * @param changes how a job's end changes it
 */
public record JobGraph(Sources sources, Provider<GraphView> view, JobChanges changes) {

    @Inject
    public JobGraph {}
}
