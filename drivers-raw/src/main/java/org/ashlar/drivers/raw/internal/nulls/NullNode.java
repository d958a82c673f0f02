package org.ashlar.drivers.raw.internal.nulls;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Face;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;

/**
 * A node that forgets what is written and reads as zeroes. Immutable.
 *
 * <p>Reads are filled with zeroes whether or not {@code read-zeroes} promises it: memory that was
 * left alone would show one client what another had in it.
 */
final class NullNode implements BlockNode {
    private final long length;
    private final Duration latency;
    private final boolean readZeroes;
    private final boolean readOnly;

    NullNode(long length, Duration latency, boolean readZeroes, boolean readOnly) {
        this.length = length;
        this.latency = latency;
        this.readZeroes = readZeroes;
        this.readOnly = readOnly;
    }

    @Override
    public long length(Request request) {
        return length;
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        EnumSet<Feature> features = EnumSet.of(Feature.PARALLEL);
        if (latency.isZero()) {
            features.add(Feature.NON_BLOCKING);
        }
        if (!readOnly) {
            features.addAll(Set.of(Feature.WRITE, Feature.ZERO, Feature.FAST_ZERO, Feature.FUA));
        }
        return new Capabilities(features, 1, 1, Capabilities.DEFAULT_MAX_TRANSFER);
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        delay(request);
        into.fill((byte) 0);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        delay(request);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        delay(request);
    }

    @Override
    public void flush(Request request) throws IOException {
        delay(request);
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) {
        return readZeroes ? new Extent.Zero(maxLength, false) : new Extent.Data(maxLength);
    }

    /** Options alone change; requests of both faces may run side by side. */
    @Override
    public Face prepareReopen(ReopenRequest request) throws IOException {
        return new Face(NullDriver.node(request.options(), request.settings()), true);
    }

    private void delay(Request request) throws BlockException {
        if (latency.isZero()) {
            return;
        }
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
        long end = System.nanoTime() + latency.toNanos();
        for (long left = latency.toNanos(); left > 0; left = end - System.nanoTime()) {
            request.checkAlive();
            LockSupport.parkNanos(this, left);
        }
    }
}
