package org.ashlar.core.internal.export;

import jakarta.inject.Inject;
import jakarta.inject.Provider;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.spi.graph.GraphView;

/**
 * What exports use of the graph. Immutable.
 *
 * @param sources where their clients' requests begin
 * @param view the graph as it stands
 */
public record ExportGraph(Sources sources, Provider<GraphView> view) {

    @Inject
    public ExportGraph {}
}
