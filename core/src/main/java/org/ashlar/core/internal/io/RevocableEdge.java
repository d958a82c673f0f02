package org.ashlar.core.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.ashlar.core.internal.graph.EdgeHandle;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/**
 * An edge as a candidate for a node sees it: read-only until the candidate serves the node, and
 * dead for ever if it never does, so that one that hung while it was opened can write nothing when
 * it wakes up. Thread-safe.
 */
public final class RevocableEdge implements EdgeHandle {

    /**
     * What the candidate may do; it moves from one to the other two at most once, written by the
     * hand-over alone.
     */
    private enum Grant {
        READ,
        ALL,
        NOTHING
    }

    private final EdgeKey edge;

    /** Written by {@link #grant()} and {@link #revoke()}, of which the hand-over calls one. */
    private volatile Grant granted = Grant.READ;

    public RevocableEdge(EdgeKey edge) {
        this.edge = edge;
    }

    /** Lets the candidate, which serves the node now, do everything. */
    public void grant() {
        granted = Grant.ALL;
    }

    /** Lets the candidate do nothing any more. */
    public void revoke() {
        granted = Grant.NOTHING;
    }

    @Override
    public EdgeKey key() {
        return edge;
    }

    private Child forReading() throws BlockException {
        if (granted == Grant.NOTHING) {
            throw new BlockException(Kind.GONE, edge + " was revoked");
        }
        return edge;
    }

    private Child forWriting() throws BlockException {
        if (granted != Grant.ALL) {
            throw new BlockException(
                    Kind.NOT_PERMITTED, edge + " is read-only for a driver that does not serve it");
        }
        return edge;
    }

    @Override
    public String name() {
        return edge.name();
    }

    @Override
    public ChildRole role() {
        return edge.role();
    }

    @Override
    public boolean isAttached(Request request) {
        return edge.isAttached(request);
    }

    @Override
    public String nodeName(Request request) {
        return edge.nodeName(request);
    }

    @Override
    public long length(Request request) throws IOException {
        return forReading().length(request);
    }

    @Override
    public Capabilities capabilities(Request request) {
        return edge.capabilities(request);
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        forReading().read(request, offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        forWriting().write(request, offset, from, flags);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        forWriting().zero(request, offset, length, flags);
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        forWriting().discard(request, offset, length);
    }

    @Override
    public void flush(Request request) throws IOException {
        forWriting().flush(request);
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return forReading().extentAt(request, offset, maxLength);
    }

    @Override
    public ChainExtent chainExtentAt(
            Request request, long offset, long maxLength, Optional<String> base)
            throws IOException {
        return forReading().chainExtentAt(request, offset, maxLength, base);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        forWriting().truncate(request, newLength, preallocation);
    }

    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        return granted == Grant.ALL ? edge.facet(request, type) : Optional.empty();
    }

    @Override
    public String toString() {
        return edge.toString();
    }
}
