package org.ashlar.drivers.quorum.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.ChainExtent;
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

/**
 * Several children with the same data. A change succeeds if enough children made it, and a read if
 * enough of them say the same. Thread-safe.
 *
 * <ul>
 *   <li>I1: two changes that overlap reach every child in the same order.
 *   <li>I2: a vote is taken while no change to its range is under way.
 *   <li>I3: every request returns only after what it began on the children has ended.
 * </ul>
 */
final class QuorumNode implements BlockNode {
    private final QuorumParts parts;
    private final QuorumSettings settings;
    private final QuorumReads reads;

    /** Whether children may be written. Written by the control calls, which come one at a time. */
    private volatile boolean writable;

    QuorumNode(QuorumParts parts, QuorumSettings settings, boolean writable) {
        this.parts = parts;
        this.settings = settings;
        this.reads = new QuorumReads(parts, settings);
        this.writable = writable;
    }

    /**
     * Returns the children's length.
     *
     * @throws BlockException of kind {@code IO} if they differ
     */
    @Override
    public long length(Request request) throws IOException {
        Child first = parts.children().getFirst();
        long length = first.length(request);
        for (Child child : parts.children()) {
            long other = child.length(request);
            if (other != length) {
                throw new BlockException(
                        BlockException.Kind.IO,
                        "Could not refresh total sector count: %s has %d bytes, %s has %d"
                                .formatted(first.name(), length, child.name(), other));
            }
        }
        return length;
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return QuorumCapabilities.over(children.values());
    }

    /** Keeps other writers away from the children: they would make them differ. */
    @Override
    public Permissions permissionsOn(ChildRole role, Permissions fromParents, boolean mayWrite) {
        Set<Permission> used = EnumSet.noneOf(Permission.class);
        used.addAll(fromParents.used());
        if (settings.rewriteCorrupted() && mayWrite) {
            used.add(Permission.WRITE);
        }
        Set<Permission> shared = EnumSet.noneOf(Permission.class);
        shared.addAll(fromParents.shared());
        shared.removeAll(Set.of(Permission.WRITE, Permission.RESIZE));
        return new Permissions(used, shared);
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        switch (settings.readPattern()) {
            case QUORUM -> {
                boolean mayRewrite = settings.rewriteCorrupted() && writable;
                reads.vote(request, offset, into, mayRewrite);
            }
            case FIFO -> reads.first(request, offset, into);
        }
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        change(
                request,
                new Range(offset, from.byteSize()),
                (part, child) -> parts.children().get(child).write(part, offset, from, flags));
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        Range range = new Range(offset, length);
        IoFlags slowToo = flags.without(IoFlags.NO_FALLBACK);
        try (RangeTurns.Turn turn = parts.turns().change(request, offset, length)) {
            if (flags.has(IoFlags.NO_FALLBACK)) {
                checkFast(request, range, flags);
            }
            changeIn(
                    turn,
                    request,
                    range,
                    (part, child) ->
                            parts.children().get(child).zero(part, offset, length, slowToo));
        }
    }

    /**
     * Lets one child decide for all whether zeroing is fast, before any other is touched: if each
     * decided for itself, they would differ. Another error of that child is found again right
     * after, and counted then.
     */
    private void checkFast(Request request, Range range, IoFlags flags) throws BlockException {
        try {
            parts.children().getFirst().zero(request, range.offset(), range.length(), flags);
        } catch (IOException failed) {
            if (Outcomes.kindOf(failed) == BlockException.Kind.UNSUPPORTED) {
                throw BlockException.unsupported("fast zeroing");
            }
        }
    }

    /**
     * Zeroes the clusters that lie whole in the range, with leave to deallocate: children that were
     * left to discard as they like would differ afterwards, and the next vote would fail.
     */
    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        long cluster = 1;
        for (Child child : parts.children()) {
            cluster = Math.max(cluster, child.capabilities(request).clusterSize());
        }
        long begin = (offset + cluster - 1) / cluster * cluster;
        long end = (offset + length) / cluster * cluster;
        if (begin < end) {
            zero(request, begin, end - begin, IoFlags.MAY_UNMAP);
        }
    }

    private void change(Request request, Range range, Outcomes.Part part) throws IOException {
        try (RangeTurns.Turn turn = parts.turns().change(request, range.offset(), range.length())) {
            changeIn(turn, request, range, part);
        }
    }

    private void changeIn(RangeTurns.Turn held, Request request, Range range, Outcomes.Part part)
            throws IOException {
        held.check(); // I1
        Outcomes outcomes = parts.onEach(request, part);
        outcomes.report(request, parts.reporter(), Reporter.Type.WRITE, range);
        for (int child = 0; child < parts.children().size(); child++) {
            if (!outcomes.isGood(child)) {
                parts.behind().get(child).set(true);
            }
        }
        if (outcomes.good() < settings.threshold()) {
            parts.reporter().failure(range);
            throw parts.tooFew("write of " + range, outcomes, settings.threshold());
        }
    }

    @Override
    public void flush(Request request) throws IOException {
        Outcomes outcomes =
                parts.onEach(request, (part, child) -> parts.children().get(child).flush(part));
        outcomes.report(request, parts.reporter(), Reporter.Type.FLUSH, Range.NONE);
        if (outcomes.good() < settings.threshold()) {
            throw parts.tooFew("flush", outcomes, settings.threshold());
        }
    }

    /**
     * Says zero only where every child that answers does; what the children store, only a vote can
     * tell.
     */
    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        Map<Integer, ChainExtent> answers = new ConcurrentHashMap<>();
        Outcomes outcomes =
                parts.onEach(
                        request,
                        (part, child) ->
                                answers.put(
                                        child,
                                        parts.children()
                                                .get(child)
                                                .chainExtentAt(
                                                        part,
                                                        offset,
                                                        maxLength,
                                                        Optional.empty())));
        if (outcomes.good() < settings.threshold()) {
            throw parts.tooFew("block status at " + offset, outcomes, settings.threshold());
        }
        long length = answers.values().stream().mapToLong(ChainExtent::length).min().orElseThrow();
        boolean zero = answers.values().stream().allMatch(ChainExtent::zero);
        return zero ? new Extent.Zero(length, true) : new Extent.Opaque(length);
    }

    /**
     * Resizes every child, one after another. If one fails, those before it get their old length
     * back; what a shrink had cut off them is zeroes then.
     */
    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        try (RangeTurns.Turn turn = parts.turns().changeAll(request)) {
            turn.check(); // I1
            long oldLength = length(request);
            List<Child> done = new ArrayList<>();
            for (Child child : parts.children()) {
                try {
                    child.truncate(request, newLength, preallocation);
                    done.add(child);
                } catch (IOException failed) {
                    takeBack(request, done, oldLength, failed);
                    throw failed;
                }
            }
        }
    }

    private static void takeBack(
            Request request, List<Child> done, long oldLength, IOException reason) {
        for (Child child : done) {
            try {
                child.truncate(request, oldLength, Preallocation.OFF);
            } catch (IOException failed) {
                reason.addSuppressed(failed);
            }
        }
    }

    @Override
    public Face prepareReopen(ReopenRequest request) throws IOException {
        List<Child> children = request.attachAll(QuorumDriver.CHILDREN, ChildRole.DATA);
        settings.checkChange(parts.children().size(), children.size());
        QuorumSettings changed = QuorumSettings.of(request.options(), children.size());
        boolean mayWrite = !request.settings().readOnly();
        QuorumNode face = new QuorumNode(parts.over(children), changed, mayWrite);
        face.length(request.request());
        return new Face(face, true);
    }

    @Override
    public void inactivate(Request request) {
        writable = false;
    }

    @Override
    public void activate(Request request) {
        writable = true;
    }
}
