package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.drivers.qcow2.internal.table.InUse;
import org.ashlar.drivers.qcow2.internal.table.L2Map;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.drivers.qcow2.internal.table.TableSlice;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;

/**
 * Reads guest bytes. A read of allocated clusters whose L2 slice is in memory takes no lock, makes
 * no garbage within one cluster, and hands the request, with its wish not to block, to the file.
 * One that may block holds the clusters meanwhile. Immutable.
 */
final class GuestReader {
    private final Geometry geometry;
    private final L2Map map;
    private final HostFile data;
    private final InUse inUse;
    private final Mapper mapper;
    private final Backing backing;
    private final CompressedReader compressed;

    /** The bits that are all 0 in the entry of a cluster of plain data; -1 if none is so simple. */
    private final long plainMask;

    GuestReader(Metadata metadata, Mapper mapper, Backing backing, CompressedReader compressed) {
        this.geometry = metadata.geometry();
        this.map = metadata.map();
        this.data = metadata.data();
        this.inUse = data.inUse();
        this.mapper = mapper;
        this.backing = backing;
        this.compressed = compressed;
        this.plainMask =
                geometry.extendedL2() || geometry.externalData()
                        ? -1
                        : L2Entry.COMPRESSED | L2Entry.ZERO | (geometry.clusterSize() - 1 & -512);
    }

    /**
     * Returns where the bytes of a range lie if it is within one cluster of plain data that is in
     * memory's tables, else 0.
     *
     * @param needed bits that the entry must have, such as COPIED to write in place
     */
    long plainOffset(long offset, long length, long needed) {
        if ((offset ^ (offset + length - 1)) >>> geometry.clusterBits() != 0) {
            return 0;
        }
        long cluster = offset >>> geometry.clusterBits();
        TableSlice slice = map.find(cluster);
        if (slice == null) {
            return 0;
        }
        slice.touch();
        long descriptor = map.descriptor(slice, map.indexInSlice(cluster));
        long host = L2Entry.hostOffset(descriptor);
        boolean plain = (descriptor & plainMask) == 0 && host != 0 && !slice.isRetired();
        return plain && (descriptor & needed) == needed ? host + geometry.inCluster(offset) : 0;
    }

    /**
     * Holds the cluster that {@link #plainOffset} leads to, until {@link InUse#end}, if it still
     * does afterwards; else nothing.
     */
    int holdPlain(long offset, long length, long needed, long host) {
        int hold = inUse.hold(host >>> geometry.clusterBits(), 1);
        if (plainOffset(offset, length, needed) == host) {
            return hold;
        }
        inUse.end(hold);
        return InUse.NONE;
    }

    /** Fills {@code into} with the guest's bytes at {@code offset}. */
    void read(Request request, long offset, MemorySegment into) throws IOException {
        if (request.mustNotBlock()) {
            readAtOnce(request, offset, into);
            return;
        }
        long host = plainOffset(offset, into.byteSize(), 0);
        int hold = host == 0 ? InUse.NONE : holdPlain(offset, into.byteSize(), 0, host);
        if (hold == InUse.NONE) {
            readRuns(request, offset, into);
            return;
        }
        try {
            data.read(request, host, into);
        } finally {
            inUse.end(hold);
        }
    }

    /** Holds nothing, and looks afterwards whether that mattered: see {@link InUse}. */
    private void readAtOnce(Request request, long offset, MemorySegment into) throws IOException {
        long before = inUse.timesAhead();
        long host = plainOffset(offset, into.byteSize(), 0);
        if (host != 0) {
            data.read(request, host, into);
        } else {
            readRuns(request, offset, into);
        }
        if (inUse.wasAheadSince(before)) {
            throw BlockException.wouldBlock();
        }
    }

    private void readRuns(Request request, long offset, MemorySegment into) throws IOException {
        Run run = new Run();
        long size = into.byteSize();
        boolean holds = !request.mustNotBlock();
        for (long done = 0; done < size; done += run.length) {
            if (holds) {
                mapper.hold(request, offset + done, size - done, run);
            } else {
                mapper.map(request, offset + done, size - done, run);
            }
            try {
                MemorySegment part = run.length == size ? into : into.asSlice(done, run.length);
                readRun(request, offset + done, part, run);
            } finally {
                mapper.end(run);
            }
        }
    }

    private void readRun(Request request, long offset, MemorySegment into, Run run)
            throws IOException {
        switch (run.kind) {
            case UNALLOCATED -> backing.read(request, offset, into);
            case ZERO -> into.fill((byte) 0);
            case DATA -> data.read(request, run.hostOffset, into);
            case COMPRESSED -> compressed.read(request, offset, run.descriptor, into);
        }
    }
}
