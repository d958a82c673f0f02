package org.ashlar.tck;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/**
 * An edge of a rig. It refuses what the core refuses, emulates what the core emulates, and fails
 * the test where the contract is broken: an unaligned request of the test itself, an extent that is
 * empty or longer than asked. Thread-safe.
 */
final class RigChild implements Child {

    /** A step of a request, carried out when the node lets it in. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private final String name;
    private final ChildRole role;
    private final BooleanSupplier mayWrite;
    private final boolean root;

    /** Where the edge leads, nowhere if it is vacant. Written by {@link #connect} alone. */
    private volatile Optional<NodeSlot> target = Optional.empty();

    private RigChild(String name, ChildRole role, BooleanSupplier mayWrite, boolean root) {
        this.name = name;
        this.role = role;
        this.mayWrite = mayWrite;
        this.root = root;
    }

    /** Returns a test's own edge to a node: it may write, but not past the end. */
    static RigChild root(NodeSlot slot) {
        return new RigChild("root", ChildRole.DATA, () -> true, true).connect(Optional.of(slot));
    }

    /** Returns a node's edge that leads nowhere; it may write past the end of what can grow. */
    static RigChild vacant(String name, ChildRole role, BooleanSupplier mayWrite) {
        return new RigChild(name, role, mayWrite, false);
    }

    /** Lets the edge lead to a node, or nowhere. */
    RigChild connect(Optional<NodeSlot> slot) {
        target = slot;
        return this;
    }

    /** Returns an edge that leads where this does, in another role. */
    RigChild inRole(ChildRole other) {
        return new RigChild(name, other, mayWrite, root).connect(target);
    }

    boolean isAttached() {
        return target.isPresent();
    }

    NodeSlot slot() {
        return target.orElseThrow(
                () -> new IllegalStateException("edge '" + name + "' leads nowhere"));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ChildRole role() {
        return role;
    }

    @Override
    public boolean isAttached(Request request) {
        checkNotEnded(request);
        return isAttached();
    }

    @Override
    public String nodeName(Request request) {
        return isAttached(request) ? slot().name() : "";
    }

    @Override
    public long length(Request request) throws IOException {
        checkNotEnded(request);
        return slot().length(request);
    }

    @Override
    public Capabilities capabilities(Request request) {
        checkNotEnded(request);
        return slot().capabilities();
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        Capabilities able = capabilities(request);
        checkRange("read", offset, into.byteSize(), length(request));
        if (!isAligned("read", offset, into.byteSize(), able)) {
            blocks(request, able).read(offset, into);
            return;
        }
        for (long done = 0; done < into.byteSize(); done += able.maxTransfer()) {
            long at = done;
            long step = Math.min(able.maxTransfer(), into.byteSize() - done);
            take(request, able, () -> slot().read(request, offset + at, into.asSlice(at, step)));
        }
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        Capabilities able = checkWrite("write", request, offset, from.byteSize());
        if (!isAligned("write", offset, from.byteSize(), able)) {
            blocks(request, able).write(offset, from, flags);
            return;
        }
        IoFlags passed = able.has(Feature.COMPRESS) ? flags : flags.without(IoFlags.COMPRESSED);
        IoFlags known = able.has(Feature.FUA) ? passed : passed.without(IoFlags.FUA);
        for (long done = 0; done < from.byteSize(); done += able.maxTransfer()) {
            long at = done;
            long step = Math.min(able.maxTransfer(), from.byteSize() - done);
            MemorySegment part = from.asSlice(at, step).asReadOnly();
            change(request, able, () -> slot().write(request, offset + at, part, known));
        }
        flushFor(request, flags, able);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        Capabilities able = checkWrite("zero", request, offset, length);
        if (flags.has(IoFlags.NO_FALLBACK) && !able.has(Feature.FAST_ZERO)) {
            throw BlockException.unsupported("fast zeroing");
        }
        if (!isAligned("zero", offset, length, able)) {
            blocks(request, able).zero(offset, length, flags);
            return;
        }
        if (length == 0) {
            return;
        }
        if (!able.has(Feature.ZERO)) {
            writeZeroes(request, offset, length, flags.without(IoFlags.MAY_UNMAP));
            return;
        }
        IoFlags known = able.has(Feature.FUA) ? flags : flags.without(IoFlags.FUA);
        change(request, able, () -> slot().zero(request, offset, length, known));
        flushFor(request, flags, able);
    }

    private void writeZeroes(Request request, long offset, long length, IoFlags flags)
            throws IOException {
        long chunk = Math.min(length, 1 << 20);
        MemorySegment zeroes = Arena.ofAuto().allocate(chunk, 4096);
        for (long done = 0; done < length; done += chunk) {
            MemorySegment part = zeroes.asSlice(0, Math.min(chunk, length - done));
            write(request, offset + done, part, flags);
        }
    }

    private void flushFor(Request request, IoFlags flags, Capabilities able) throws IOException {
        if (flags.has(IoFlags.FUA) && !able.has(Feature.FUA)) {
            flush(request);
        }
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        Capabilities able = checkWrite("discard", request, offset, length);
        if (!isAligned("discard", offset, length, able)) {
            blocks(request, able).discard(offset, length);
            return;
        }
        if (length > 0 && able.has(Feature.DISCARD)) {
            change(request, able, () -> slot().discard(request, offset, length));
        }
    }

    @Override
    public void flush(Request request) throws IOException {
        take(request, capabilities(request), () -> slot().flush(request));
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        long end = length(request);
        checkRange("extentAt", offset, 1, end);
        long asked = Math.min(maxLength, end - offset);
        Extent[] found = new Extent[1];
        take(
                request,
                capabilities(request),
                () -> found[0] = slot().extentAt(request, offset, asked));
        long length = found[0].length();
        if (length <= 0 || length > asked) {
            throw new AssertionError(
                    where("extentAt", offset, asked) + " got " + found[0] + ": wrong length");
        }
        return found[0];
    }

    @Override
    public ChainExtent chainExtentAt(
            Request request, long offset, long maxLength, Optional<String> base)
            throws IOException {
        return new ChainWalk(request, base).at(this, offset, maxLength);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        Capabilities able = checkWrite("truncate", request, 0, 0);
        if (!able.has(Feature.RESIZE)) {
            throw BlockException.unsupported("resize");
        }
        take(request, able, () -> slot().truncate(request, newLength, preallocation));
    }

    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        checkNotEnded(request);
        return slot().facet(request, type);
    }

    private Capabilities checkWrite(String what, Request request, long offset, long length)
            throws IOException {
        Capabilities able = capabilities(request);
        if (!able.has(Feature.WRITE) || role == ChildRole.BACKING || !mayWrite.getAsBoolean()) {
            throw new BlockException(
                    BlockException.Kind.NOT_PERMITTED,
                    where(what, offset, length) + ": must not be written");
        }
        boolean grows = !root && able.has(Feature.RESIZE);
        checkRange(what, offset, length, grows ? Long.MAX_VALUE : length(request));
        return able;
    }

    private void checkRange(String what, long offset, long length, long end) throws BlockException {
        if (offset < 0 || length < 0 || offset > end - length) {
            throw BlockException.invalid(
                    where(what, offset, length) + ": outside of " + end + " bytes");
        }
    }

    /** Returns whether a range has whole blocks; a test's own must. */
    private boolean isAligned(String what, long offset, long length, Capabilities able) {
        boolean aligned = (offset | length) % able.alignment() == 0;
        if (root && !aligned) {
            throw new AssertionError(
                    where(what, offset, length) + ": not aligned to " + able.alignment());
        }
        return aligned;
    }

    private WholeBlocks blocks(Request request, Capabilities able) throws BlockException {
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
        return new WholeBlocks(this, request, able.alignment());
    }

    /** Runs a step that changes the node, while no read-modify-write of it is under way. */
    private void change(Request request, Capabilities able, Step step) throws IOException {
        if (able.alignment() == 1) {
            take(request, able, step);
            return;
        }
        Lock shared = slot().blocks().readLock();
        shared.lock();
        try {
            take(request, able, step);
        } finally {
            shared.unlock();
        }
    }

    private String where(String what, long offset, long length) {
        return what
                + " of "
                + length
                + " bytes at "
                + offset
                + " of '"
                + slot().name()
                + "' as "
                + name;
    }

    private static void checkNotEnded(Request request) {
        ((RigRequest) request).checkNotEnded();
    }

    /**
     * Runs a step as the node allows: at once, in turn, or, if it would have to wait, not at all.
     */
    private void take(Request request, Capabilities able, Step step) throws IOException {
        boolean hurried = request.mustNotBlock();
        if (hurried && !able.has(Feature.NON_BLOCKING)) {
            throw BlockException.wouldBlock();
        }
        if (able.has(Feature.PARALLEL)) {
            step.run();
            return;
        }
        if (!hurried) {
            slot().turn().lock();
        } else if (!slot().turn().tryLock()) {
            throw BlockException.wouldBlock();
        }
        try {
            step.run();
        } finally {
            slot().turn().unlock();
        }
    }
}
