package org.ashlar.tck;

/**
 * One call to a node. Immutable.
 *
 * @param operation what is called
 * @param offset where it begins, in bytes; the new length for {@link Operation#TRUNCATE}; 0 where
 *     there is none
 * @param length how many bytes it concerns, 0 where there is none
 */
public record Call(Operation operation, long offset, long length) {

    /** Returns whether this call touches the byte at {@code position}. */
    public boolean touches(long position) {
        return offset <= position && position < offset + length;
    }
}
