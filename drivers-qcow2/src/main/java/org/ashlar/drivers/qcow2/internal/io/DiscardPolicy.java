package org.ashlar.drivers.qcow2.internal.io;

/**
 * What becomes of clusters that the guest discards. Immutable.
 *
 * @param toHost whether the host is told as well, once nothing can reach the clusters any more
 * @param keepClusters whether clusters stay allocated to the guest ({@code discard-no-unref})
 */
public record DiscardPolicy(boolean toHost, boolean keepClusters) {}
