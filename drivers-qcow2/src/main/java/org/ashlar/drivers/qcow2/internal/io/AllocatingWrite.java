package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.Claims;
import org.ashlar.drivers.qcow2.internal.table.HostRun;
import org.ashlar.drivers.qcow2.internal.table.L2Map;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.drivers.qcow2.internal.table.Missing;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * Writes where there is no space yet that may be written in place: claims the guest clusters and
 * finds space (under the lock), fills it (without), and links it (under the lock). Immutable.
 *
 * <ul>
 *   <li>I1: space is linked only after it was filled; it is filled before the write-back that
 *       writes the link begins, whose first barrier makes it durable.
 *   <li>I2: who changes entries waits for the claim, so what was planned still holds when it is
 *       linked.
 *   <li>I3: if filling fails, the claim ends and the space is given back: who waited tries by
 *       itself.
 * </ul>
 */
final class AllocatingWrite {
    private final Metadata metadata;
    private final Geometry geometry;
    private final L2Map map;
    private final EntryChanges changes;
    private final CopyOnWrite cow;

    AllocatingWrite(Metadata metadata, EntryChanges changes, CopyOnWrite cow) {
        this.metadata = metadata;
        this.geometry = metadata.geometry();
        this.map = metadata.map();
        this.changes = changes;
        this.cow = cow;
    }

    /**
     * A claimed write. Immutable.
     *
     * @param offset the first guest byte it writes
     * @param length how many bytes it writes
     * @param clusters how many guest clusters it is in
     * @param space what it fills
     * @param newHost where its new clusters lie, -1 if it uses the cluster that is there
     * @param claim its claim on the clusters
     */
    private record Plan(
            long offset,
            long length,
            long clusters,
            CopyOnWrite.Space space,
            long newHost,
            Claims.Claim claim) {}

    /**
     * Writes some of {@code from} and returns how many bytes; 0 if things have changed and the
     * caller should look again.
     *
     * @param populate whether to write only what is unallocated, from {@code offset} on
     */
    long write(Request request, long offset, MemorySegment from, boolean populate)
            throws IOException {
        map.ensureOwn(request, offset);
        long length = from.byteSize();
        Plan plan = metadata.locked(request, () -> plan(offset, length, populate));
        if (plan == null) {
            return 0;
        }
        MemorySegment some = plan.length == length ? from : from.asSlice(0, plan.length);
        complete(request, plan, true, () -> cow.fill(request, plan.space, offset, some));
        return plan.length;
    }

    /**
     * Gives clusters without space some, without anything written to it. Returns how many bytes
     * were seen to; 0 to look again.
     *
     * @param visible whether they read as zeroes from now on, rather than as before, which takes
     *     subclusters
     */
    long reserve(Request request, long offset, long length, boolean visible) throws IOException {
        map.ensureOwn(request, offset);
        Plan plan = metadata.locked(request, () -> plan(offset, length, true));
        if (plan == null) {
            return 0;
        }
        CopyOnWrite.Space space = plan.space;
        complete(
                request,
                plan,
                visible,
                () -> {
                    if (visible && !space.blank()) {
                        metadata.data()
                                .writeZeroes(request, space.host(), space.end() - space.start());
                    }
                });
        return plan.length;
    }

    /** Fills the space of a plan. */
    @FunctionalInterface
    private interface Filling {
        void fill() throws IOException;
    }

    private void complete(Request request, Plan plan, boolean visible, Filling filling)
            throws IOException {
        boolean linked = false;
        CopyOnWrite.Space space = plan.space;
        try {
            metadata.clusters().beforeData(space.host(), space.end() - space.start());
            filling.fill();
            changes.beginChange();
            try {
                metadata.locked(request, () -> link(plan, visible));
                linked = true;
            } finally {
                changes.endChange(plan.claim.first(), plan.clusters);
            }
        } finally {
            end(request, plan, linked);
        }
        metadata.keepBounds(request);
    }

    /**
     * Returns null if there is nothing to allocate at {@code offset}, or somebody was waited for.
     */
    private @Nullable Plan plan(long offset, long wanted, boolean populate)
            throws Missing, IOException {
        if (!map.isOwn(offset)) {
            return null;
        }
        long first = offset >>> geometry.clusterBits();
        long last = (offset + wanted - 1) >>> geometry.clusterBits();
        int inSlice = map.sliceEntries() - map.indexInSlice(first);
        long count = Math.min(last - first + 1, inSlice);
        Claims.Claim other = metadata.clusterClaims().find(first, count);
        if (other != null && other.first() <= first) {
            other.await();
            return null;
        }
        if (other != null) {
            count = other.first() - first;
        }
        EntryChanges.Entry entry = changes.entry(first);
        long length = Math.min(wanted, ((first + 1) << geometry.clusterBits()) - offset);
        if (populate) {
            length = unallocatedFrom(entry, offset, length);
        } else if (isInPlace(entry, offset, length)) {
            length = 0;
        }
        if (length == 0) {
            return null;
        }
        return entry.isOwn()
                ? planInOld(entry, offset, length)
                : planInNew(entry, offset, wanted, length, count, populate);
    }

    /** Returns how many of {@code length} bytes within the entry's cluster are unallocated. */
    private long unallocatedFrom(EntryChanges.Entry entry, long offset, long length) {
        int part = geometry.part(offset);
        if (Entries.kindOf(entry.descriptor(), entry.bitmap(), part) != Run.Kind.UNALLOCATED) {
            return 0;
        }
        int parts = Entries.sameParts(entry.descriptor(), entry.bitmap(), part);
        long end = (part + parts) * geometry.partSize();
        return Math.min(length, end - geometry.inCluster(offset));
    }

    private boolean isInPlace(EntryChanges.Entry entry, long offset, long length) {
        if (!entry.isOwn()) {
            return false;
        }
        int parts = L2Entry.parts(geometry.part(offset), geometry.part(offset + length - 1));
        return (L2Entry.allocated(entry.bitmap()) & parts) == parts;
    }

    /** The cluster has space of its own, part of which holds no data yet. */
    private Plan planInOld(EntryChanges.Entry entry, long offset, long length) {
        long host = L2Entry.hostOffset(entry.descriptor());
        long start = startOfCopy(entry, offset);
        long end = endOfCopy(entry, offset + length);
        CopyOnWrite.Space space =
                new CopyOnWrite.Space(start, end, host + geometry.inCluster(start), false);
        Claims.Claim claim = metadata.clusterClaims().add(entry.cluster(), 1);
        return new Plan(offset, length, 1, space, -1, claim);
    }

    private Plan planInNew(
            EntryChanges.Entry entry,
            long offset,
            long wanted,
            long lengthInFirst,
            long count,
            boolean populate)
            throws Missing, IOException {
        long alike = 1;
        boolean toEnd = geometry.inCluster(offset + lengthInFirst) == 0;
        while (toEnd
                && alike < count
                && needsNew(changes.entry(entry.cluster() + alike), populate)) {
            alike++;
        }
        long host = geometry.clusterStart(offset);
        boolean fresh = false;
        if (!geometry.externalData()) {
            HostRun run = metadata.allocate(alike);
            host = run.offset();
            alike = run.clusters();
            fresh = run.fresh();
        }
        long endOfClusters = (entry.cluster() + alike) << geometry.clusterBits();
        long length = alike == 1 ? lengthInFirst : Math.min(wanted, endOfClusters - offset);
        EntryChanges.Entry lastEntry = changes.entry(entry.cluster() + alike - 1);
        long start = startOfCopy(entry, offset);
        long end = endOfCopy(lastEntry, offset + length);
        boolean blank = fresh && isNothing(entry) && isNothing(lastEntry);
        CopyOnWrite.Space space =
                new CopyOnWrite.Space(start, end, host + geometry.inCluster(start), blank);
        Claims.Claim claim = metadata.clusterClaims().add(entry.cluster(), alike);
        return new Plan(offset, length, alike, space, host, claim);
    }

    private static boolean needsNew(EntryChanges.Entry entry, boolean populate) {
        return populate
                ? !entry.isCompressed() && !entry.hasHost() && entry.bitmap() == 0
                : !entry.isOwn();
    }

    private static boolean isNothing(EntryChanges.Entry entry) {
        return !entry.isCompressed() && L2Entry.allocated(entry.bitmap()) == 0;
    }

    /**
     * Without subclusters a cluster is filled whole. With them, what has no data stays without; but
     * a cluster that moves takes all of its data along.
     */
    private long startOfCopy(EntryChanges.Entry entry, long offset) {
        if (isFilledWhole(entry)) {
            return geometry.clusterStart(offset);
        }
        return isData(entry, offset) ? offset : offset & -geometry.subclusterSize();
    }

    private long endOfCopy(EntryChanges.Entry entry, long end) {
        if (isFilledWhole(entry)) {
            return geometry.clusterEnd(end);
        }
        long size = geometry.subclusterSize();
        return isData(entry, end - 1) ? end : (end + size - 1) & -size;
    }

    private boolean isFilledWhole(EntryChanges.Entry entry) {
        return !geometry.extendedL2() || (!entry.isOwn() && !isNothing(entry));
    }

    private boolean isData(EntryChanges.Entry entry, long offset) {
        return (L2Entry.allocated(entry.bitmap()) & (1 << geometry.part(offset))) != 0;
    }

    private boolean link(Plan plan, boolean visible) throws Missing, IOException {
        long clusterSize = geometry.clusterSize();
        for (long i = 0; i < plan.clusters; i++) {
            EntryChanges.Entry entry = changes.entry(plan.claim.first() + i);
            long begin = entry.cluster() << geometry.clusterBits();
            long from = Math.max(plan.space.start(), begin);
            long to = Math.min(plan.space.end(), begin + clusterSize);
            int parts = visible ? L2Entry.parts(geometry.part(from), geometry.part(to - 1)) : 0;
            long old = entry.isCompressed() ? 0 : entry.bitmap();
            long descriptor =
                    plan.newHost < 0
                            ? entry.descriptor() & ~L2Entry.ZERO
                            : plan.newHost + i * clusterSize | L2Entry.COPIED;
            entry.set(descriptor, L2Entry.withData(old, parts));
            if (plan.newHost >= 0) {
                entry.freeHost(false);
            }
        }
        return true;
    }

    private void end(Request request, Plan plan, boolean linked) {
        metadata.lock().lock();
        try {
            metadata.clusterClaims().end(plan.claim);
        } finally {
            metadata.lock().unlock();
        }
        if (!linked && plan.newHost >= 0 && !geometry.externalData()) {
            metadata.giveBack(request, plan.newHost, plan.clusters << geometry.clusterBits());
        }
    }
}
