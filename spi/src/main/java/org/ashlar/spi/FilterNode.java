package org.ashlar.spi;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A node that passes every request to its filtered child; a filter overrides what it changes.
 * Immutable by itself.
 */
public abstract class FilterNode implements BlockNode {

    /** The filtered child. */
    protected final Child next;

    /** Makes a filter over {@code next}. */
    protected FilterNode(Child next) {
        this.next = Objects.requireNonNull(next);
    }

    @Override
    public long length(Request request) throws IOException {
        return next.length(request);
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return Objects.requireNonNull(children.get(next.name()));
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        next.read(request, offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        next.write(request, offset, from, flags);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        next.zero(request, offset, length, flags);
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        next.discard(request, offset, length);
    }

    @Override
    public void flush(Request request) throws IOException {
        next.flush(request);
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return new Extent.Mapped(Math.min(maxLength, next.length(request) - offset), next, offset);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        next.truncate(request, newLength, preallocation);
    }

    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        Optional<F> own = BlockNode.super.facet(request, type);
        return own.isPresent() ? own : next.facet(request, type);
    }
}
