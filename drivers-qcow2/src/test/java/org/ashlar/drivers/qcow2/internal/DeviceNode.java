package org.ashlar.drivers.qcow2.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;
import org.ashlar.tck.MemoryNode;

/**
 * A disk in memory that ends somewhere, as a block device does, and that can be told to do
 * something in the middle of a read. Thread-safe.
 */
final class DeviceNode implements BlockNode {
    private final MemoryNode disk;

    /** Written by the test. */
    private volatile long end = Long.MAX_VALUE;

    /** Where the next write fails, -1 for nowhere. */
    private final AtomicLong failing = new AtomicLong(-1);

    private final AtomicReference<Before> before = new AtomicReference<>();

    /** What is done before the bytes of a read are copied. */
    @FunctionalInterface
    interface Before {
        void read(long offset) throws IOException;
    }

    DeviceNode(MemoryNode disk) {
        this.disk = disk;
    }

    /** Refuses writes past {@code offset} from now on. */
    void endAt(long offset) {
        end = offset;
    }

    /** Refuses the next write at {@code offset}, once. */
    void failWriteAt(long offset) {
        failing.set(offset);
    }

    /** Does something before the next read, once. */
    void beforeNextRead(Before action) {
        before.set(action);
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return disk.capabilities(children);
    }

    @Override
    public long length(Request request) {
        return disk.length(request);
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        Before action = before.getAndSet(null);
        if (action != null) {
            action.read(offset);
        }
        disk.read(request, offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws BlockException {
        if (offset + from.byteSize() > end) {
            throw new BlockException(BlockException.Kind.NO_SPACE, "the device ends at " + end);
        }
        if (failing.compareAndSet(offset, -1)) {
            throw new BlockException(BlockException.Kind.IO, "the device failed at " + offset);
        }
        disk.write(request, offset, from, flags);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) {
        disk.zero(request, offset, length, flags);
    }

    @Override
    public void discard(Request request, long offset, long length) {
        disk.discard(request, offset, length);
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws BlockException {
        return disk.extentAt(request, offset, maxLength);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws BlockException {
        disk.truncate(request, newLength, preallocation);
    }
}
