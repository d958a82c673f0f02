package org.ashlar.spi.control;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.option.OptionTree;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The block layer: what programs, monitors and tools drive. Thread-safe. Calls may block on
 * storage, on other changes and on requests in flight, each with a limit; none may be made while
 * the calling thread is pinned or admitted.
 */
@ProviderType
public interface BlockLayer {

    /** Returns the graph as it stands. */
    GraphView graph();

    /**
     * Opens a node, and those its options describe, and adds them to the graph (QMP {@code
     * blockdev-add}).
     *
     * @param options {@code driver}, or {@code filename} alone to find driver and protocol out;
     *     {@code node-name}; settings; what the driver declares
     * @return the node's name, made up if none was given
     */
    String add(OptionTree options) throws IOException;

    /**
     * Gives up the name of a node added by {@link #add}, and closes it and what was opened with it
     * unless in use elsewhere; returns after it has settled (QMP {@code blockdev-del}).
     */
    void delete(String nodeName) throws IOException;

    /** Gives exactly the named nodes new options, all or none (QMP {@code blockdev-reopen}). */
    void reopen(List<OptionTree> options) throws IOException;

    /**
     * Makes a node read-only, holding back new writes above it meanwhile; returns once it writes
     * nothing more. All else stays.
     *
     * @throws org.ashlar.spi.BlockException of kind {@code NOT_PERMITTED} if somebody writes there
     */
    void makeReadOnly(String nodeName) throws IOException;

    /**
     * Gives a node whose driver takes a list of children one more, led to a node that exists (QMP
     * {@code x-blockdev-change}).
     */
    void addChild(String parentName, String nodeName) throws IOException;

    /** Takes a child out of a node whose driver takes a list of them. */
    void removeChild(String parentName, String childName) throws IOException;

    /** Changes a node's length in bytes (QMP {@code block_resize}). */
    void resize(String nodeName, long length) throws IOException;

    /**
     * Creates an image (QMP {@code blockdev-create}): {@code driver} and what it declares for
     * creation.
     */
    void create(OptionTree options) throws IOException;

    /** Applies a change and returns after it has settled. */
    void apply(GraphChange change) throws IOException;

    /** Adds a source of requests of the caller's own. */
    Root attach(String label, String nodeName, Permissions permissions) throws IOException;

    /** Returns the drivers of nodes, jobs and exports that are there. */
    Drivers drivers();

    /** Returns the jobs. */
    Jobs jobs();

    /** Returns the exports. */
    Exports exports();

    /** Returns where events are told and heard. */
    Events events();
}
