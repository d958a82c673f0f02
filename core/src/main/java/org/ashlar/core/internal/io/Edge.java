package org.ashlar.core.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.ashlar.core.internal.graph.EdgeKey;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Owner;
import org.ashlar.core.internal.graph.SourceKey;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.Option;

/**
 * An edge that requests travel. Immutable; a request is led where the edge leads in the request's
 * snapshot. An edge from a source is a root: there ranges are checked against the length, and what
 * a driver throws against its contract becomes an error of that request alone.
 */
public final class Edge extends EdgeKey {
    private final boolean root;
    private final EdgeIo io;

    public Edge(Owner owner, int slot, String name, ChildRole role, EdgeIo io) {
        super(owner, slot, name, role);
        this.root = owner instanceof SourceKey;
        this.io = io;
    }

    private static CoreRequest core(Request request) {
        return (CoreRequest) request;
    }

    @Override
    public boolean isAttached(Request request) {
        return core(request).routes().target(this) != null;
    }

    @Override
    public String nodeName(Request request) {
        NodeState target = core(request).routes().target(this);
        return target == null ? "" : target.name();
    }

    @Override
    public long length(Request request) throws IOException {
        CoreRequest core = core(request);
        return core.follow(this).face.length(core);
    }

    @Override
    public Capabilities capabilities(Request request) {
        NodeState target = core(request).routes().target(this);
        return target == null ? Capabilities.READ_ONLY : target.capabilities;
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        CoreRequest core = core(request);
        NodeState target = core.follow(this);
        if (!root) {
            io.read(core, target, offset, into);
            return;
        }
        require(core, Permission.CONSISTENT_READ);
        checkRange(core, target, offset, into.byteSize());
        try {
            io.read(core, target, offset, into);
        } catch (RuntimeException | Error internal) {
            throw internal(target, "read", offset, internal);
        }
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        CoreRequest core = core(request);
        NodeState target = core.follow(this);
        if (!root) {
            io.write(core, target, offset, from, flags);
            return;
        }
        requireWrite(core, flags);
        checkRange(core, target, offset, from.byteSize());
        try {
            io.write(core, target, offset, from, flags);
        } catch (RuntimeException | Error internal) {
            throw internal(target, "write", offset, internal);
        }
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        CoreRequest core = core(request);
        NodeState target = core.follow(this);
        if (root) {
            requireWrite(core, flags);
            checkRange(core, target, offset, length);
        }
        try {
            io.zero(core, target, offset, length, flags);
        } catch (RuntimeException | Error internal) {
            throw internal(target, "zero", offset, internal);
        }
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        CoreRequest core = core(request);
        NodeState target = core.follow(this);
        if (root) {
            require(core, Permission.WRITE);
            checkRange(core, target, offset, length);
        }
        try {
            io.discard(core, target, offset, length);
        } catch (RuntimeException | Error internal) {
            throw internal(target, "discard", offset, internal);
        }
    }

    @Override
    public void flush(Request request) throws IOException {
        CoreRequest core = core(request);
        NodeState target = core.follow(this);
        try {
            io.flush(core, target);
        } catch (RuntimeException | Error internal) {
            throw internal(target, "flush", 0, internal);
        }
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        CoreRequest core = core(request);
        NodeState target = core.follow(this);
        if (root) {
            checkRange(core, target, offset, maxLength);
        }
        try {
            return io.extentAt(core, target, offset, maxLength);
        } catch (RuntimeException | Error internal) {
            throw internal(target, "extent", offset, internal);
        }
    }

    @Override
    public ChainExtent chainExtentAt(
            Request request, long offset, long maxLength, Optional<String> base)
            throws IOException {
        CoreRequest core = core(request);
        NodeState target = core.follow(this);
        checkRange(core, target, offset, maxLength);
        try {
            return new ChainWalk(core, io, base, offset).from(this, maxLength);
        } catch (RuntimeException | Error internal) {
            throw internal(target, "extent", offset, internal);
        }
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        CoreRequest core = core(request);
        NodeState target = core.follow(this);
        if (root) {
            require(core, Permission.RESIZE);
        }
        try {
            io.truncate(core, target, newLength, preallocation);
        } catch (RuntimeException | Error internal) {
            throw internal(target, "truncate", newLength, internal);
        }
    }

    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        CoreRequest core = core(request);
        NodeState target = core.routes().target(this);
        return target == null ? Optional.empty() : target.face.facet(core, type);
    }

    /** Refuses what the root said it would not do: others rely on it, and so do locks on files. */
    private void require(CoreRequest request, Permission permission) throws BlockException {
        if (!request.routes().uses(this, permission)) {
            throw new BlockException(
                    Kind.NOT_PERMITTED,
                    "%s does not hold the permission '%s'"
                            .formatted(owner().describe(), Option.textOf(permission)));
        }
    }

    private void requireWrite(CoreRequest request, IoFlags flags) throws BlockException {
        boolean unchanged =
                flags.has(IoFlags.UNCHANGED)
                        && request.routes().uses(this, Permission.WRITE_UNCHANGED);
        if (!unchanged) {
            require(request, Permission.WRITE);
        }
    }

    /** Refuses a range that is not within the child, as the request sees it. */
    private void checkRange(CoreRequest request, NodeState target, long offset, long length)
            throws IOException {
        long end = target.face.length(request);
        if (offset < 0 || length < 0 || length > end - offset) {
            throw BlockException.invalid(
                    "node '%s': %d bytes at %d are not within its length %d"
                            .formatted(target.name(), length, offset, end));
        }
    }

    private static BlockException internal(
            NodeState target, String operation, long offset, Throwable cause) {
        return new BlockException(
                Kind.IO,
                "node '%s': %s at %d: internal error: %s"
                        .formatted(target.name(), operation, offset, cause),
                cause);
    }
}
