package org.ashlar.drivers.qcow2.internal.table;

/**
 * How much metadata is kept in memory, in bytes. Immutable.
 *
 * @param l2 of L2 tables
 * @param l2Slice the size of an L2 slice, the unit of loading; a power of two
 * @param refcounts of refcount blocks
 */
public record CacheSizes(long l2, int l2Slice, long refcounts) {}
