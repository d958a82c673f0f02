package org.ashlar.spi.graph;

import java.io.IOException;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Request;
import org.osgi.annotation.versioning.ProviderType;

/** Collects what a {@link GraphChange} wants; confined to the call of {@code describe}. */
@ProviderType
public interface ChangePlan {

    /**
     * Says that the change relies on this node and its edges staying as they are until the switch.
     */
    void reserve(String nodeName) throws BlockException;

    /** Lets an edge lead to another node. */
    void retarget(Child edge, String nodeName) throws BlockException;

    /** Gives a node a new edge. */
    void attach(String parentName, String edgeName, ChildRole role, String nodeName)
            throws BlockException;

    /** Takes an edge out. */
    void detach(Child edge) throws BlockException;

    /** Takes a node out; nothing but what the change detaches may lead to it. */
    void remove(String nodeName) throws BlockException;

    /**
     * Holds back new writes above a node from before the outside steps until the switch, and waits
     * for those in flight: for a change after which a write lands elsewhere. Nobody else leads an
     * edge to the node meanwhile, so the users that were seen are all that there are.
     */
    void fenceWrites(String nodeName) throws BlockException;

    /**
     * Holds back all requests above a node likewise: for a change of state that cannot be shared.
     */
    void drain(String nodeName) throws BlockException;

    /** Adds a step outside memory, taken after the reservation and before the switch. */
    void outside(OutsideStep step);

    /** What a change does to files and headers. */
    interface OutsideStep {
        /** Does it, on the graph as it is before the switch. */
        void apply(Request request) throws IOException;

        /**
         * Takes it back because a later step failed; an error of its own is added to the one
         * reported.
         */
        void undo(Request request) throws IOException;
    }
}
