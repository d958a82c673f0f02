package org.ashlar.core.internal.graph;

import java.io.IOException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Request;

/** What changes need of the rest of the core to act outside memory. Thread-safe. */
public interface Control {

    /**
     * Runs work under a request of the core's own, on the graph as it is now; what it reaches is
     * reserved by the caller.
     */
    void withRequest(Request.Work work) throws IOException;

    /**
     * Ends a node's own work: what was scheduled is over and nothing new begins; waits for what
     * runs.
     */
    void stopBackground(Node node);

    /** Says that a face is closed: nothing of its driver runs for it any more. */
    void closed(BlockNode face);

    /** Tells of an error that nobody waits for any more. */
    void report(String what, Throwable error);
}
