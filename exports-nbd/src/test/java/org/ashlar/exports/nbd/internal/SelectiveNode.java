package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;
import org.ashlar.tck.MemoryNode;

/**
 * A disk in memory where requests at and past {@code slowFrom} have to wait until {@link #release},
 * and fail or are cancelled if the test says so. Thread-safe.
 */
final class SelectiveNode implements BlockNode {
    final MemoryNode below;
    final AtomicInteger waiting = new AtomicInteger();
    final AtomicInteger mostWaiting = new AtomicInteger();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger flushes = new AtomicInteger();
    final AtomicInteger durableWrites = new AtomicInteger();
    final AtomicInteger inlineRequests = new AtomicInteger();
    final Queue<Long> writeOffsets = new ConcurrentLinkedQueue<>();
    final AtomicLong clusterSize = new AtomicLong(1);
    final AtomicReference<RuntimeException> bug = new AtomicReference<>();
    final AtomicReference<BlockException> failure = new AtomicReference<>();
    private final long slowFrom;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    SelectiveNode(MemoryNode below, long slowFrom) {
        this.below = below;
        this.slowFrom = slowFrom;
    }

    CountDownLatch arrived() {
        return arrived;
    }

    void release() {
        released.countDown();
    }

    private void pass(Request request, long offset) throws IOException {
        if (offset < slowFrom) {
            if (request.mustNotBlock()) {
                inlineRequests.incrementAndGet();
            }
            throwIfTold();
            return;
        }
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
        mostWaiting.accumulateAndGet(waiting.incrementAndGet(), Math::max);
        arrived.countDown();
        try {
            while (!released.await(10, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                request.checkAlive();
            }
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        } finally {
            waiting.decrementAndGet();
        }
        throwIfTold();
    }

    private void throwIfTold() throws BlockException {
        if (bug.get() != null) {
            throw bug.get();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return below.capabilities(children).withClusterSize(clusterSize.get());
    }

    @Override
    public long length(Request request) {
        return below.length();
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        pass(request, offset);
        reads.incrementAndGet();
        below.read(request, offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        pass(request, offset);
        writeOffsets.add(offset);
        if (flags.has(IoFlags.FUA)) {
            durableWrites.incrementAndGet();
        }
        below.write(request, offset, from, flags);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        pass(request, offset);
        below.zero(request, offset, length, flags);
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        pass(request, offset);
        below.discard(request, offset, length);
    }

    @Override
    public void flush(Request request) throws IOException {
        throwIfTold();
        flushes.incrementAndGet();
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return below.extentAt(request, offset, maxLength);
    }
}
