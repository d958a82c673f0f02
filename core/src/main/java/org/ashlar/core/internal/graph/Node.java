package org.ashlar.core.internal.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.ashlar.core.internal.chain.LayerMaps;
import org.ashlar.core.internal.io.RangeLocks;
import org.ashlar.spi.DriverKind;

/**
 * The identity of a node, and what belongs to it whichever face serves it. Immutable in identity;
 * its locks are thread-safe.
 */
public final class Node implements Owner {
    private final long id;
    private final String name;
    private final String driver;
    private final DriverKind kind;
    private final String fileName;
    private final SourceKey background;
    private final ReentrantLock control = new ReentrantLock();
    private final Map<String, EdgeKey> vacant = new ConcurrentHashMap<>();
    private final RangeLocks ranges = new RangeLocks();
    private final LayerMaps maps = new LayerMaps();
    private final Semaphore turn = new Semaphore(1, true);

    /**
     * What a node is called.
     *
     * @param name unique in the graph
     * @param driver the driver's name
     * @param kind what it stands for
     * @param fileName the file it shows, as users write it; empty if there is none
     */
    public record Label(String name, String driver, DriverKind kind, String fileName) {}

    public Node(long id, Label label, Function<Node, SourceKey> background) {
        this.id = id;
        this.name = label.name;
        this.driver = label.driver;
        this.kind = label.kind;
        this.fileName = label.fileName;
        this.background = background.apply(this);
    }

    /** Returns a number that no other node of this graph ever has. */
    public long id() {
        return id;
    }

    public String name() {
        return name;
    }

    /** Returns the driver's name. */
    public String driver() {
        return driver;
    }

    public DriverKind kind() {
        return kind;
    }

    /** Returns the file it shows, as users write it; empty if there is none. */
    public String fileName() {
        return fileName;
    }

    /** Returns where its own work begins. */
    public SourceKey background() {
        return background;
    }

    /** Returns what makes control calls of this node come one at a time. */
    public ReentrantLock control() {
        return control;
    }

    /** Returns its edges that may lead nowhere, by name. */
    public Map<String, EdgeKey> vacant() {
        return vacant;
    }

    /** Returns the slots of its edges, those that lead nowhere at the moment included. */
    public Set<Integer> edgeSlots(List<EdgeState> edges) {
        Set<Integer> slots = new HashSet<>();
        edges.forEach(edge -> slots.add(edge.key().slot()));
        vacant.values().forEach(edge -> slots.add(edge.slot()));
        return slots;
    }

    /** Returns the locks of ranges of this node that are being written. */
    public RangeLocks ranges() {
        return ranges;
    }

    /** Returns the merged maps of chains that it is a layer of. */
    public LayerMaps maps() {
        return maps;
    }

    /** Returns the turn of requests in a node that takes one at a time. */
    public Semaphore turn() {
        return turn;
    }

    @Override
    public String describe() {
        return "node '" + name + "'";
    }

    @Override
    public String toString() {
        return name;
    }
}
