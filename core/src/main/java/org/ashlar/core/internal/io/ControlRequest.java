package org.ashlar.core.internal.io;

import org.ashlar.core.internal.grace.GraceDomain;
import org.ashlar.core.internal.graph.Snapshot;

/**
 * A request of the core's own: what it reaches is kept by a reservation or an opening, so its pin
 * is in a domain that nobody waits for. Thread-safe.
 */
public class ControlRequest extends CoreRequest {

    /** Makes a request on a graph. */
    public ControlRequest(Snapshot graph) {
        super(new GraceDomain(1).place(), graph);
    }
}
