package org.ashlar.spi;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One opened image, device or filter. Only {@link #length} and {@link #read} have no default.
 * Offsets and lengths are in bytes. What a request fails with is a {@link BlockException}; anything
 * else that is thrown is told to the client as an internal error of that request alone.
 */
@ConsumerType
public interface BlockNode {

    /**
     * Returns the length in bytes; must not block for long, and not at all for a {@code
     * NON_BLOCKING} node.
     */
    long length(Request request) throws IOException;

    /**
     * Returns what this node can do over children that can do so much; a pure function, called
     * while a graph change is checked.
     *
     * @param children the children's capabilities by edge name, in the order they were attached
     */
    default Capabilities capabilities(Map<String, Capabilities> children) {
        return Capabilities.READ_ONLY;
    }

    // Requests: on any thread; may block unless the request says it must not; concurrent if
    // capabilities() say so.

    /** Fills {@code into} with the data at {@code offset}: all of it, or an exception. */
    void read(Request request, long offset, MemorySegment into) throws IOException;

    /** Writes all of {@code from}; called only with {@code WRITE}. */
    default void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        throw BlockException.unsupported("write");
    }

    /**
     * Makes the range read as zeroes; called only with {@code ZERO}. The range is aligned but may
     * be of any length.
     */
    default void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        throw BlockException.unsupported("zero");
    }

    /**
     * Says that the range's data are no longer needed; doing nothing is correct. Called only with
     * {@code DISCARD}.
     */
    default void discard(Request request, long offset, long length) throws IOException {}

    /** Returns once every write that completed before this call is on stable storage. */
    default void flush(Request request) throws IOException {}

    /**
     * Describes the extent that starts at {@code offset}; the answer is never longer than {@code
     * maxLength}.
     */
    default Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return new Extent.Opaque(maxLength);
    }

    /**
     * Changes the length in bytes; the core keeps other requests out of the range that comes or
     * goes meanwhile.
     */
    default void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        throw BlockException.unsupported("resize");
    }

    // Control calls: one at a time for a node, but beside its requests; the core holds no lock over
    // them.

    /**
     * Returns what this node needs of a child in {@code role}; a pure function, called while a
     * graph change is checked.
     *
     * @param fromParents what all parents of this node together use and share
     * @param writable whether this node may write by itself: it is neither read-only nor inactive
     */
    default Permissions permissionsOn(ChildRole role, Permissions fromParents, boolean writable) {
        return Permissions.defaultsFor(role, fromParents, writable);
    }

    /**
     * Makes the outside world honour what all parents together use and share, such as by locks on a
     * file. Called before a change is published with the sum of old and new, and after it has
     * settled with the new, which must not fail.
     *
     * @throws BlockException of kind {@code NOT_PERMITTED} if another program is in the way; then
     *     nothing has changed
     */
    default void holdPermissions(Permissions total) throws IOException {}

    /**
     * Stages new options: a new face of this node that replaces it when the graph change is
     * published.
     */
    default Face prepareReopen(ReopenRequest request) throws IOException {
        throw BlockException.unsupported("reopen");
    }

    /**
     * Writes out everything it keeps and writes nothing more until {@link #activate}; after it,
     * close writes nothing.
     */
    default void inactivate(Request request) throws IOException {}

    /** Takes the image over for writing; trusts nothing read before. */
    default void activate(Request request) throws IOException {}

    /**
     * Returns what a newer version of this driver may take over: JDK values only; the other side
     * ignores what it does not know.
     */
    default Map<String, Object> handOver() {
        return Map.of();
    }

    /** Returns an optional service. A filter that wants to offer its child's must forward this. */
    default <F> Optional<F> facet(Request request, Class<F> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    /**
     * Releases what the node holds, writing nothing; called after grace, its children are detached
     * after it.
     */
    default void close() throws IOException {}
}
