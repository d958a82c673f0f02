package org.ashlar.drivers.raw.internal.raw;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Face;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.ImageInfo;

/** The bytes of a child, or of a window on it, as they are. Immutable. */
final class RawNode implements BlockNode {
    private final Child file;
    private final Window window;

    RawNode(Child file, Window window) {
        this.file = file;
        this.window = window;
    }

    @Override
    public long length(Request request) throws IOException {
        return window.lengthOver(file.length(request));
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        Capabilities below = Objects.requireNonNull(children.get(file.name()));
        Capabilities mine = window.isFixed() ? below.without(Capabilities.Feature.RESIZE) : below;
        boolean aligned = window.offset() % below.alignment() == 0;
        return aligned ? mine : mine.withAlignment(1); // The edge below aligns what it must.
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        file.read(request, window.offset() + offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        window.checkRoom(offset, from.byteSize());
        file.write(request, window.offset() + offset, from, flags);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        window.checkRoom(offset, length);
        file.zero(request, window.offset() + offset, length, flags);
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        window.checkRoom(offset, length);
        file.discard(request, window.offset() + offset, length);
    }

    @Override
    public void flush(Request request) throws IOException {
        file.flush(request);
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) {
        return new Extent.Mapped(maxLength, file, window.offset() + offset);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        if (window.isFixed()) {
            throw new BlockException(
                    BlockException.Kind.UNSUPPORTED, "Cannot resize fixed-size raw disks");
        }
        if (newLength > Long.MAX_VALUE - window.offset()) {
            throw BlockException.invalid("Disk size too large for the chosen offset");
        }
        file.truncate(request, window.offset() + newLength, preallocation);
    }

    /**
     * Passes on what the parents do: there are no metadata to write, and nothing grows that they do
     * not grow. Where only a window is shown nobody else may move the end of the file.
     */
    @Override
    public Permissions permissionsOn(ChildRole role, Permissions fromParents, boolean writable) {
        if (role == ChildRole.FILTERED) {
            return fromParents;
        }
        EnumSet<Permission> shared = EnumSet.noneOf(Permission.class);
        shared.addAll(fromParents.shared());
        shared.remove(Permission.RESIZE);
        return new Permissions(fromParents.used(), shared);
    }

    /** Requests of both faces may run side by side: each sees its own window. */
    @Override
    public Face prepareReopen(ReopenRequest request) throws IOException {
        Window next = Window.from(request.options());
        Child under = request.attach(RawDriver.FILE, next.role());
        next.checkOver(under.length(request.request()));
        return new Face(new RawNode(under, next), true);
    }

    /**
     * Passes on what storage the image takes, and in which unit. What else a child says, which may
     * be a format, it says of an image of its own.
     */
    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        return type == ImageInfo.class
                ? file.facet(request, ImageInfo.class).map(StorageOf::new).map(type::cast)
                : Optional.empty();
    }

    private record StorageOf(ImageInfo child) implements ImageInfo {
        @Override
        public long allocatedBytes(Request request) throws IOException {
            return child.allocatedBytes(request);
        }

        @Override
        public long clusterSize() {
            return child.clusterSize();
        }
    }
}
