package org.ashlar.core.internal.graph;

import java.io.IOException;
import org.ashlar.spi.Request;
import org.ashlar.spi.graph.ChangePlan.OutsideStep;

/**
 * Lets a node that a change takes out, or makes read-only, write everything it keeps, and nothing
 * more. Immutable.
 *
 * @param state the node
 */
public record Inactivation(NodeState state) implements OutsideStep {

    @Override
    public void apply(Request request) throws IOException {
        state.node.control().lock();
        try {
            state.face.inactivate(request);
        } finally {
            state.node.control().unlock();
        }
    }

    @Override
    public void undo(Request request) throws IOException {
        state.node.control().lock();
        try {
            state.activate(request);
        } finally {
            state.node.control().unlock();
        }
    }
}
