package org.ashlar.drivers.qcow2.internal.table;

/**
 * What becomes of clusters that are given up. The host is told, if at all, once nothing can reach
 * them any more. Not told of what is given up for a new copy of the same data, which the next
 * writes use. Immutable.
 *
 * @param requests whether the host is told of what requests discard, or zero and give up
 * @param others whether the host is told of metadata that moved
 * @param keepClusters whether discarded clusters stay allocated to the guest ({@code
 *     discard-no-unref})
 */
public record DiscardPolicy(boolean requests, boolean others, boolean keepClusters) {
    /** Tells the host nothing. */
    static final DiscardPolicy SILENT = new DiscardPolicy(false, false, false);
}
