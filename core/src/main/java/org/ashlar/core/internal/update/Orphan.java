package org.ashlar.core.internal.update;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.core.internal.grace.Interrupts;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a node whose driver has gone: requests wait in it until the driver returns, and then
 * go on, or fail with the reason once they have waited as long as they may. Thread-safe; it keeps
 * nothing of the driver.
 */
final class Orphan implements BlockNode {
    private final String name;
    private final String driver;
    private final long limitNanos;
    private final long length;
    private final Capabilities capabilities;
    private final Map<ChildRole, Permissions> permissions = new EnumMap<>(ChildRole.class);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition succeeded = lock.newCondition();

    @GuardedBy("lock")
    private @Nullable BlockNode successor;

    /** Makes the stand-in of a node as it was, of so many bytes. */
    Orphan(NodeState node, long length, long limitNanos) {
        this.name = node.name();
        this.driver = node.node.driver();
        this.limitNanos = limitNanos;
        this.length = length;
        this.capabilities = node.capabilities.without(Feature.NON_BLOCKING);
        node.edges().forEach(edge -> permissions.put(edge.key().role(), edge.permissions()));
    }

    /**
     * Lets everything that waits, and everything that comes under an old snapshot, go on in the
     * node's new face.
     */
    void succeed(BlockNode face) {
        lock.lock();
        try {
            successor = face;
            succeeded.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private BlockNode await(Request request) throws BlockException {
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + limitNanos;
        lock.lock();
        try {
            while (successor == null) {
                long left = deadline - System.nanoTime();
                request.checkAlive();
                if (left <= 0) {
                    throw new BlockException(
                            Kind.GONE,
                            "node '%s': driver '%s' has gone and did not return"
                                    .formatted(name, driver));
                }
                try {
                    succeeded.await(left, TimeUnit.NANOSECONDS);
                } catch (InterruptedException stray) {
                    interrupted = true;
                }
            }
            return successor;
        } finally {
            lock.unlock();
            if (interrupted) {
                Interrupts.restore();
            }
        }
    }

    @Override
    public long length(Request request) {
        return length;
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return capabilities;
    }

    @Override
    public Permissions permissionsOn(ChildRole role, Permissions fromParents, boolean writable) {
        return permissions.getOrDefault(role, Permissions.NONE);
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        await(request).read(request, offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        await(request).write(request, offset, from, flags);
    }

    @Override
    public void zero(Request request, long offset, long bytes, IoFlags flags) throws IOException {
        await(request).zero(request, offset, bytes, flags);
    }

    @Override
    public void discard(Request request, long offset, long bytes) throws IOException {
        await(request).discard(request, offset, bytes);
    }

    /** Everything was written out before the driver went. */
    @Override
    public void flush(Request request) {}

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return await(request).extentAt(request, offset, maxLength);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        await(request).truncate(request, newLength, preallocation);
    }

    @Override
    public Map<String, Object> handOver() {
        return new HashMap<>();
    }
}
