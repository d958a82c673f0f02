package org.ashlar.spi;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One request on its way down the graph: it is made at the source (an export, a job's step, a
 * node's background work), is pinned there once, and leads every edge it follows as the graph stood
 * when it began, to its end. Thread-safe.
 */
@ProviderType
public interface Request {

    /**
     * Returns whether the caller would rather have {@link BlockException#wouldBlock()}, with no
     * effect, than wait.
     */
    boolean mustNotBlock();

    /**
     * Throws if the request was cancelled or its deadline has passed; called where a driver is
     * about to wait.
     *
     * @throws BlockException of kind {@code CANCELLED}
     */
    void checkAlive() throws BlockException;

    /**
     * Returns the children of the node that {@code parentEdge} leads to, as this request sees them.
     */
    Children childrenOf(Child parentEdge);

    /**
     * Runs {@code work} on a virtual thread as part of this request: same snapshot, a pin of the
     * same grace bank, and free to block. The work may outlive the caller; its error is kept for
     * {@link Fork#join()}.
     */
    Fork fork(Work work);

    /** A part of a request. */
    @FunctionalInterface
    interface Work {
        void run(Request request) throws IOException;
    }

    /** Work that has been started beside the request. */
    @ProviderType
    interface Fork {
        /** Waits for the end of the work and throws what it threw. */
        void join() throws IOException;
    }
}
