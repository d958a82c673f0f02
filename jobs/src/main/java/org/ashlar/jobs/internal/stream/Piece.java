package org.ashlar.jobs.internal.stream;

/**
 * A range of the overlay that is to be filled. Immutable.
 *
 * @param offset where it begins, in bytes
 * @param length how many bytes it has
 * @param zero whether the chain is known to read as zeroes there
 */
record Piece(long offset, long length, boolean zero) {}
