package org.ashlar.tck;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Face;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;

/** Passes every call to another node through one method, where a fake may meddle. */
abstract class InterceptingNode implements BlockNode {

    /** A call on its way to the node below. */
    @FunctionalInterface
    interface Action<T> {
        T run() throws IOException;
    }

    /** A call without a result. */
    @FunctionalInterface
    private interface Effect {
        void run() throws IOException;
    }

    private final BlockNode below;

    InterceptingNode(BlockNode below) {
        this.below = below;
    }

    /** Carries {@code action} out, or does something else. */
    abstract <T> T around(Call call, Action<T> action) throws IOException;

    /** Returns the node that the calls are passed to. */
    final BlockNode below() {
        return below;
    }

    private void pass(Call call, Effect effect) throws IOException {
        around(
                call,
                () -> {
                    effect.run();
                    return true;
                });
    }

    private static Call plain(Operation operation) {
        return new Call(operation, 0, 0);
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return below.capabilities(children);
    }

    @Override
    public long length(Request request) throws IOException {
        return around(plain(Operation.LENGTH), () -> below.length(request));
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        pass(
                new Call(Operation.READ, offset, into.byteSize()),
                () -> below.read(request, offset, into));
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        pass(
                new Call(Operation.WRITE, offset, from.byteSize()),
                () -> below.write(request, offset, from, flags));
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        pass(
                new Call(Operation.ZERO, offset, length),
                () -> below.zero(request, offset, length, flags));
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        pass(
                new Call(Operation.DISCARD, offset, length),
                () -> below.discard(request, offset, length));
    }

    @Override
    public void flush(Request request) throws IOException {
        pass(plain(Operation.FLUSH), () -> below.flush(request));
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return around(
                new Call(Operation.EXTENT, offset, maxLength),
                () -> below.extentAt(request, offset, maxLength));
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        pass(
                new Call(Operation.TRUNCATE, newLength, 0),
                () -> below.truncate(request, newLength, preallocation));
    }

    @Override
    public void holdPermissions(Permissions total) throws IOException {
        below.holdPermissions(total);
    }

    @Override
    public Face prepareReopen(ReopenRequest request) throws IOException {
        return below.prepareReopen(request);
    }

    @Override
    public void inactivate(Request request) throws IOException {
        pass(plain(Operation.INACTIVATE), () -> below.inactivate(request));
    }

    @Override
    public void activate(Request request) throws IOException {
        pass(plain(Operation.ACTIVATE), () -> below.activate(request));
    }

    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        return below.facet(request, type);
    }

    @Override
    public void close() throws IOException {
        pass(plain(Operation.CLOSE), below::close);
    }
}
