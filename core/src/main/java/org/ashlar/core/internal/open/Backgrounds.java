package org.ashlar.core.internal.open;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.core.internal.io.BackgroundImpl;

/** The own work of every node that is open. Thread-safe. */
public final class Backgrounds {
    private final Map<Node, BackgroundImpl> all = new ConcurrentHashMap<>();

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
