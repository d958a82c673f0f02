package org.ashlar.core.internal.layer;

import org.ashlar.core.LayerSettings;
import org.ashlar.core.internal.export.ExportGraph;
import org.ashlar.core.internal.export.ExportManager;
import org.ashlar.core.internal.job.JobGraph;
import org.ashlar.core.internal.job.JobManager;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.spi.control.Events;

/**
 * Puts a layer together by hand, where a container would cost more than the command that wants it.
 * Stateless.
 */
public final class Composition {

    private Composition() {}

    /**
     * A layer, and the graph with what follows the drivers that come and go.
     *
     * @param layer the layer
     * @param graph makes what hears of drivers
     */
    public record Composed(LayerImpl layer, GraphServices graph) {}

    /** Puts a layer over these drivers together. */
    public static Composed compose(Registry drivers, Events events, LayerSettings settings) {
        GraphServices graph = new GraphServices(drivers, events, settings);
        JobManager jobs =
                new JobManager(
                        new JobGraph(graph.sources(), graph::view, graph::applyOf),
                        drivers,
                        events);
        ExportManager exports =
                new ExportManager(new ExportGraph(graph.sources(), graph::view), drivers, events);
        LayerImpl layer =
                new LayerImpl(
                        graph,
                        jobs,
                        exports,
                        () -> {
                            jobs.close();
                            exports.close();
                        });
        return new Composed(layer, graph);
    }
}
