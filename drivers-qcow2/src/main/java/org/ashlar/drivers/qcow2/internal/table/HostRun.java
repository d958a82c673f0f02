package org.ashlar.drivers.qcow2.internal.table;

/**
 * Host clusters, one after another, that have just been handed out. Immutable.
 *
 * @param offset where they begin in the file, in bytes
 * @param clusters how many there are
 * @param fresh whether the file reads as zeroes there
 */
public record HostRun(long offset, long clusters, boolean fresh) {}
