package org.ashlar.tools.img;

/**
 * A piece of work of a conversion. Immutable.
 *
 * @param index how many pieces come before it
 * @param offset where it goes in the target, in bytes
 * @param length how many bytes it is long
 * @param source where its data come from
 * @param sourceOffset where they begin there
 * @param zero whether it is known to read as zeroes
 */
record Chunk(long index, long offset, long length, int source, long sourceOffset, boolean zero) {}
