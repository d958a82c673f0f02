package org.ashlar.core.internal.layer;

import java.io.IOException;
import org.ashlar.core.internal.graph.Control;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.io.ControlRequest;
import org.ashlar.core.internal.open.Backgrounds;
import org.ashlar.core.internal.registry.DriverUses;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What changes need to act outside memory. Thread-safe. */
final class ControlImpl implements Control {
    private static final Logger LOG = LoggerFactory.getLogger(ControlImpl.class);

    private final GraphState graph;
    private final Backgrounds backgrounds;
    private final DriverUses uses;

    ControlImpl(GraphState graph, Backgrounds backgrounds, DriverUses uses) {
        this.graph = graph;
        this.backgrounds = backgrounds;
        this.uses = uses;
    }

    @Override
    public void withRequest(Request.Work work) throws IOException {
        try (ControlRequest request = new ControlRequest(graph.current())) {
            work.run(request);
        }
    }

    @Override
    public void stopBackground(Node node) {
        backgrounds.close(node);
    }

    @Override
    public void closed(BlockNode face) {
        uses.closed(face);
    }

    @Override
    public void report(String what, Throwable error) {
        LOG.warn("{}: {}", what, error.toString());
    }
}
