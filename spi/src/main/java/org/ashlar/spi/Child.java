package org.ashlar.spi;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An edge to a child node. Immutable in identity; where it leads is the graph's, and a request
 * follows it as the graph stood when the request began. Thread-safe.
 *
 * <p>Offsets and lengths are in bytes. A call blocks for as long as the child takes, unless the
 * request must not block: then it is carried out, or fails with {@code WOULD_BLOCK} and has had no
 * effect.
 *
 * <p>A request that has ended is refused, and so are, at the root where it begins, a range past the
 * end and what the root's permissions do not cover. A node keeps to its child's length by itself; a
 * write past the end grows a child that can be resized. Alignment and transfer limits of the child
 * are met by splitting and read-modify-write; what the child lacks is emulated. Segments may be on
 * or off heap, must be accessible from any thread and valid until the call returns; off-heap spares
 * a copy.
 */
@ProviderType
public interface Child {

    /**
     * Returns the key that is unique among the parent's edges, such as {@code file} or {@code
     * children.2}.
     */
    String name();

    /** Returns what the parent uses the child for. */
    ChildRole role();

    /**
     * Returns whether the edge leads to a node, as {@code request} sees it; if not, every other
     * call fails.
     */
    boolean isAttached(Request request);

    /**
     * Returns the name of the node that the edge leads to, as {@code request} sees it; empty if it
     * leads nowhere.
     */
    String nodeName(Request request);

    /** Returns the child's length in bytes as {@code request} sees it. */
    long length(Request request) throws IOException;

    /** Returns what the child can do, as {@code request} sees it. */
    Capabilities capabilities(Request request);

    /** Fills {@code into} with the data at {@code offset}: all of it, or an exception. */
    void read(Request request, long offset, MemorySegment into) throws IOException;

    /**
     * Writes all of {@code from} at {@code offset}; after an error any part of it may have been
     * written.
     */
    void write(Request request, long offset, MemorySegment from, IoFlags flags) throws IOException;

    /** Makes the range read as zeroes. */
    void zero(Request request, long offset, long length, IoFlags flags) throws IOException;

    /**
     * Says that the range's data are no longer needed; what it reads as afterwards is undefined.
     */
    void discard(Request request, long offset, long length) throws IOException;

    /**
     * Returns once every write through this edge's node that had completed is on stable storage.
     */
    void flush(Request request) throws IOException;

    /**
     * Describes the extent that starts at {@code offset}; {@code maxLength} is a hint, the answer
     * is never longer.
     */
    Extent extentAt(Request request, long offset, long maxLength) throws IOException;

    /**
     * Describes the extent that starts at {@code offset} along the chain of overlays that begins at
     * this child.
     *
     * @param base the node at which to stop as if nothing lay below, or empty for the whole chain
     */
    ChainExtent chainExtentAt(Request request, long offset, long maxLength, Optional<String> base)
            throws IOException;

    /** Changes the child's length in bytes. */
    void truncate(Request request, long newLength, Preallocation preallocation) throws IOException;

    /**
     * Returns an optional service of the child, such as checking or internal snapshots; see {@code
     * spi.image}.
     */
    <F> Optional<F> facet(Request request, Class<F> type);
}
