package org.ashlar.core.internal.fake;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/** An edge that leads nowhere: it has an identity only. Immutable. */
public final class FakeChild implements Child {
    private final String name;
    public final String nodeName;

    /** Makes an edge of that name that would lead to that node. */
    public FakeChild(String name, String nodeName) {
        this.name = name;
        this.nodeName = nodeName;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ChildRole role() {
        return ChildRole.DATA;
    }

    @Override
    public String nodeName(Request request) {
        return "";
    }

    @Override
    public boolean isAttached(Request request) {
        return true;
    }

    @Override
    public long length(Request request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Capabilities capabilities(Request request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void discard(Request request, long offset, long length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void flush(Request request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ChainExtent chainExtentAt(
            Request request, long offset, long maxLength, Optional<String> base) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        return Optional.empty();
    }
}
