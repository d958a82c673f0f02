package org.ashlar.core;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/** A node that shows a disk, which outlives it; remembers what it was told to hold. Thread-safe. */
class Wrapped implements BlockNode {
    private final BlockNode disk;

    /** What it was told last; written by the core's control calls, one at a time. */
    volatile Permissions held = Permissions.NONE;

    Wrapped(BlockNode disk) {
        this.disk = disk;
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return disk.capabilities(children);
    }

    @Override
    public long length(Request request) throws IOException {
        return disk.length(request);
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        disk.read(request, offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        disk.write(request, offset, from, flags);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        disk.zero(request, offset, length, flags);
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        disk.discard(request, offset, length);
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return disk.extentAt(request, offset, maxLength);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        disk.truncate(request, newLength, preallocation);
    }

    @Override
    public void holdPermissions(Permissions total) {
        held = total;
    }
}
