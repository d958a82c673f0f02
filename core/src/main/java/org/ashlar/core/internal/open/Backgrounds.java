package org.ashlar.core.internal.open;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.ashlar.core.internal.graph.GraceWaits;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.io.BackgroundImpl;
import org.ashlar.core.internal.io.RequestTrace;
import org.ashlar.core.internal.io.SourceImpl;
import org.ashlar.spi.control.Events;

/** The own work of every node that is open. Thread-safe. */
public final class Backgrounds {
    private final Map<Node, BackgroundImpl> all = new ConcurrentHashMap<>();
    private final RequestTrace trace;
    private final GraceWaits grace;

    /**
     * Makes a collection of none; their requests are listed in {@code trace}, their waits for grace
     * in {@code grace}.
     */
    public Backgrounds(RequestTrace trace, GraceWaits grace) {
        this.trace = trace;
        this.grace = grace;
    }

    /** Makes the source of a node's own work. */
    SourceImpl sourceOf(GraphState graph, Node home) {
        return new SourceImpl(graph, home, trace);
    }

    /** Makes the own work of one face of a node. */
    public BackgroundImpl make(GraphState graph, Events events, Node node) {
        return new BackgroundImpl(graph, events, node, grace);
    }

    void add(Node node, BackgroundImpl background) {
        all.put(node, background);
    }

    /** Returns a node's. */
    public BackgroundImpl of(Node node) {
        BackgroundImpl background = all.get(node);
        if (background == null) {
            throw new IllegalStateException("node '" + node.name() + "' is closed");
        }
        return background;
    }

    /**
     * Lets another face's work take the place of a node's, and ends the old, waiting for what runs.
     */
    public void replace(Node node, BackgroundImpl background) {
        BackgroundImpl old = all.put(node, background);
        if (old != null) {
            old.close();
        }
    }

    /** Ends a node's, waiting for what runs. */
    public void close(Node node) {
        BackgroundImpl background = all.remove(node);
        if (background != null) {
            background.close();
        }
    }
}
