package org.ashlar.core.internal.open;

import org.ashlar.core.LayerSettings;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.io.BufferPool;
import org.ashlar.core.internal.io.EdgeIo;
import org.ashlar.core.internal.registry.DriverUses;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Events;

/**
 * What opening needs of the rest of the core. Immutable.
 *
 * @param graph the graph
 * @param drivers the drivers that are there
 * @param uses what is open on them
 * @param io the way of requests into nodes
 * @param buffers scratch memory
 * @param events where nodes tell of events
 * @param backgrounds the own work of nodes, by node
 * @param settings what the layer was told
 */
public record OpenServices(
        GraphState graph,
        Drivers drivers,
        DriverUses uses,
        EdgeIo io,
        BufferPool buffers,
        Events events,
        Backgrounds backgrounds,
        LayerSettings settings) {}
