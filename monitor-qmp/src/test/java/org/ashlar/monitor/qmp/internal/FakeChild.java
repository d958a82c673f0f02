package org.ashlar.monitor.qmp.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
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

/** An edge that leads nowhere: it has a name and a role, and no request succeeds. */
record FakeChild(String name, ChildRole role) implements Child {

    private static IOException nowhere() {
        return new BlockException(Kind.GONE, "nothing is there");
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
    public long length(Request request) throws IOException {
        throw nowhere();
    }

    @Override
    public Capabilities capabilities(Request request) {
        return Capabilities.READ_ONLY;
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        throw nowhere();
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        throw nowhere();
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        throw nowhere();
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        throw nowhere();
    }

    @Override
    public void flush(Request request) throws IOException {
        throw nowhere();
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        throw nowhere();
    }

    @Override
    public ChainExtent chainExtentAt(
            Request request, long offset, long maxLength, Optional<String> base)
            throws IOException {
        throw nowhere();
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        throw nowhere();
    }

    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        return Optional.empty();
    }
}
