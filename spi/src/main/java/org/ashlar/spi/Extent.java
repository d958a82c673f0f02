package org.ashlar.spi;

import java.util.Optional;

/**
 * A run of bytes of one node that are stored in one way. Immutable; the length is in bytes and
 * never zero.
 *
 * <p>An extent is true at some moment while the request that asked is in flight; what backs a
 * {@link Mapped} answer is not used for anything else before that request ends or the node has told
 * of a change of the range ({@link Background#mappingChanged}).
 */
public sealed interface Extent {

    /** Returns how many bytes this says something about. */
    long length();

    /** Stored by this node at this very offset, readable as they are: the answer of a protocol. */
    record Data(long length) implements Extent {}

    /** Stored unchanged at {@code childOffset} of {@code child}. */
    record Mapped(long length, Child child, long childOffset) implements Extent {}

    /** Stored here, but readable only through this node: compressed, encrypted, or not known. */
    record Opaque(long length) implements Extent {}

    /**
     * Where storage is set aside for bytes that are not read from there. For who wants to know: it
     * may be given up at any time, and nobody is told of that.
     *
     * @param offset where it begins in {@code child}, in bytes
     */
    record Place(Child child, long offset) {}

    /**
     * Reads as zeroes.
     *
     * @param allocated whether this node itself says so (and hides its backing child), rather than
     *     having nothing there
     * @param place what is set aside for it
     */
    record Zero(long length, boolean allocated, Optional<Place> place) implements Extent {

        /** Describes zeroes for which nothing is set aside. */
        public Zero(long length, boolean allocated) {
            this(length, allocated, Optional.empty());
        }
    }

    /**
     * Not stored here: reads come from the backing child, or are zero without one or past its end.
     * The core may read there without asking this node again, until it tells of a change.
     *
     * @param place what is set aside for it
     */
    record Unallocated(long length, Optional<Place> place) implements Extent {

        /** Describes bytes for which nothing is set aside. */
        public Unallocated(long length) {
            this(length, Optional.empty());
        }
    }
}
