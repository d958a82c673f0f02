package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;
import org.ashlar.spi.Background;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of one image in memory, and the lock that guards them. Thread-safe.
 *
 * <ul>
 *   <li>I1: the lock is held over memory only: no I/O, no waiting for I/O, no call of another
 *       module. What is missing is loaded without it, and then everything is looked at again.
 *   <li>I2: reading a table entry takes no lock.
 * </ul>
 */
public final class Metadata {
    private static final int L2_SLICES_MIN = 2;
    private static final int REFCOUNT_BLOCKS_MIN = 4;

    /** No offset: there is no place for what was asked for. */
    public static final long NO_ROOM = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private final HostFile file;
    private final Optional<HostFile> dataFile;
    private final TopTable l1;
    private final TableCache l2;
    private final L2Map map;
    private final Refcounts refcounts;
    private final MetadataClusters clusters;
    private final SnapshotAreas snapshotAreas;
    private final Quarantine quarantine = new Quarantine();
    private final Allocator allocator;
    private final Packing packing;
    private final Claims clusterClaims = new Claims(lock);
    private final Claims tableClaims = new Claims(lock);
    private final Release release;
    private final WriteBack writeBack;
    private final Bounds bounds;
    private final L1Length l1Length;

    private final LiveHeader header;

    /** What the host is told of; set by {@link #discards(DiscardPolicy)} alone. */
    private volatile DiscardPolicy discards = DiscardPolicy.SILENT;

    private Metadata(Files files, Background background, HeaderFile headerFile, Tables tables) {
        this.file = files.file;
        this.dataFile = files.dataFile;
        Header found = headerFile.header();
        Geometry geometry = found.geometry();
        this.l1 = TopTable.ofL1(lock, tables.l1);
        TopTable refcountTable = TopTable.ofRefcounts(lock, tables.refcounts);
        this.clusters = MetadataClusters.of(found, l1, refcountTable);
        this.refcounts = new Refcounts(file, refcountTable, geometry, clusters);
        this.header = new LiveHeader(found, l1, refcounts);
        int sliceBits = 31 - Integer.numberOfLeadingZeros(tables.l2Slice);
        this.l2 = new TableCache(file, l1, geometry.clusterBits(), sliceBits);
        this.map = new L2Map(this, sliceBits);
        this.l1Length = new L1Length(this);
        this.snapshotAreas = new SnapshotAreas(this);
        this.bounds = new Bounds(this, background);
        RefcountGrowth growth = new RefcountGrowth(this);
        this.allocator = new Allocator(geometry, refcounts, growth, clusters, bounds);
        allocator.fileEnds(tables.fileLength);
        this.packing = new Packing(geometry, refcounts, allocator, quarantine);
        this.release = new Release(this, background);
        this.writeBack = new WriteBack(this, headerFile);
    }

    /**
     * The files of an image.
     *
     * @param file what holds the metadata, and the guest's data if there is no data file
     * @param dataFile what holds the guest's data alone
     */
    public record Files(HostFile file, Optional<HostFile> dataFile) {}

    /** What was read from the disk. */
    private record Tables(
            TopTable.Content l1, TopTable.Content refcounts, long fileLength, int l2Slice) {}

    /** How much is to be kept in memory of an image with that header. */
    @FunctionalInterface
    public interface Sizing {
        CacheSizes of(Header header) throws IOException;
    }

    /** Reads the header and the first-level tables. */
    public static Metadata load(Request request, Files files, Background background, Sizing sizing)
            throws IOException {
        HeaderFile headerFile = HeaderFile.read(request, files.file);
        Header header = headerFile.header();
        CacheSizes sizes = sizing.of(header);
        TableLocation l1 = header.l1();
        TableLocation table = header.refcountTable();
        int refcountEntries = table.count() << (header.geometry().clusterBits() - 3);
        Tables tables =
                new Tables(
                        TopTable.Content.read(request, files.file, l1.offset(), l1.count()),
                        TopTable.Content.read(request, files.file, table.offset(), refcountEntries),
                        files.file.length(request),
                        (int) Math.min(sizes.l2Slice(), header.geometry().clusterSize()));
        Metadata metadata = new Metadata(files, background, headerFile, tables);
        metadata.resizeCaches(sizes);
        return metadata;
    }

    /** Reads an image's header alone. */
    public static Header readHeader(Request request, HostFile file) throws IOException {
        return HeaderFile.read(request, file).header();
    }

    /** Sets how much is kept in memory; the size of a slice stays. */
    public void resizeCaches(CacheSizes sizes) {
        lock.lock();
        try {
            l2.limitBytes(sizes.l2(), L2_SLICES_MIN);
            refcounts.blocks().limitBytes(sizes.refcounts(), REFCOUNT_BLOCKS_MIN);
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of what was not used since the last call. */
    public void evictUnused() {
        lock.lock();
        try {
            l2.evictUnused();
            refcounts.blocks().evictUnused();
        } finally {
            lock.unlock();
        }
    }

    public ReentrantLock lock() {
        return lock;
    }

    public Geometry geometry() {
        return header.get().geometry();
    }

    public Header header() {
        return header.get();
    }

    public HostFile file() {
        return file;
    }

    /** Returns where guest clusters lie. */
    public HostFile data() {
        return dataFile.orElse(file);
    }

    public L2Map map() {
        return map;
    }

    public Refcounts refcounts() {
        return refcounts;
    }

    /** Returns what keeps writes off metadata. */
    public MetadataClusters clusters() {
        return clusters;
    }

    /** Returns what finds the metadata of snapshots. */
    public SnapshotAreas snapshotAreas() {
        return snapshotAreas;
    }

    /** Returns what fits the L1 table to the length of the disk. */
    public L1Length l1Length() {
        return l1Length;
    }

    /** Returns the claims on guest clusters, by index. */
    public Claims clusterClaims() {
        return clusterClaims;
    }

    LiveHeader liveHeader() {
        return header;
    }

    TopTable l1() {
        return l1;
    }

    TableCache l2() {
        return l2;
    }

    Claims tableClaims() {
        return tableClaims;
    }

    Allocator allocator() {
        return allocator;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    Release release() {
        return release;
    }

    /** Work under the lock. */
    @FunctionalInterface
    public interface Locked<T extends @Nullable Object> {
        /** Does it; may be begun several times, and then has had no effect but complete ones. */
        T run() throws Missing, IOException;
    }

    /** Does work under the lock, getting without it what the work misses. */
    public <T extends @Nullable Object> T locked(Request request, Locked<T> work)
            throws IOException {
        while (true) {
            Missing missing;
            lock.lock();
            try {
                return work.run();
            } catch (Missing e) {
                missing = e;
            } finally {
                lock.unlock();
            }
            missing.get(request);
        }
    }

    /** Hands out from one to {@code wanted} clusters, under the lock. */
    public HostRun allocate(long wanted) throws Missing, IOException {
        return allocator.allocate(wanted);
    }

    /**
     * Hands out bytes for a compressed cluster, under the lock.
     *
     * @return where they begin, in bytes, or {@link #NO_ROOM}
     */
    public long allocateBytes(long length) throws Missing, IOException {
        return packing.take(length);
    }

    /**
     * Puts clusters away that lost a pointer, under the lock.
     *
     * @param hostOffset where they begin, in bytes
     */
    public void free(long hostOffset, long clusters, boolean mayDiscard) {
        long first = hostOffset >>> geometry().clusterBits();
        packing.leave(first, clusters);
        quarantine.add(first, clusters, mayDiscard);
    }

    /** Puts the clusters away that so many bytes lie in, as above. */
    public void freeBytes(long hostOffset, long length, boolean mayDiscard) {
        free(geometry().clusterStart(hostOffset), clustersOf(hostOffset, length), mayDiscard);
    }

    private long clustersOf(long hostOffset, long length) {
        return geometry().clustersFor(geometry().inCluster(hostOffset) + length);
    }

    /**
     * Gives back the clusters that so many bytes lie in and that no pointer has led to, as filling
     * them failed: the next request may have them. Without the lock.
     */
    public void giveBack(Request request, long hostOffset, long length) {
        lock.lock();
        try {
            long first = hostOffset >>> geometry().clusterBits();
            packing.leave(first, clustersOf(hostOffset, length));
            quarantine.addUnlinked(first, clustersOf(hostOffset, length));
        } finally {
            lock.unlock();
        }
        release.tryToRelease(request);
    }

    /** Changes the header, durably. */
    public void updateHeader(Request request, UnaryOperator<Header> change) throws IOException {
        header.change(change);
        flush(request);
    }

    /** Returns the end of the last cluster that was ever handed out, in bytes. */
    public long endOfUse() {
        lock.lock();
        try {
            return allocator.freshFrom() << geometry().clusterBits();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes the file end with the last cluster that is in use. To be called once everything is
     * written out: nothing may be allocated at the same time or afterwards.
     */
    public void cutFile(Request request) throws IOException {
        long end = locked(request, refcounts::endOfUse) << geometry().clusterBits();
        if (end < file.length(request)) {
            file.child().truncate(request, end, Preallocation.OFF);
            file.truncated(end);
        }
    }

    /** Sets whether refcounts may be written late. */
    public void lazyRefcounts(boolean lazy) {
        header.lazyRefcounts(lazy);
    }

    /** Sets what the host is told of. */
    public void discards(DiscardPolicy policy) {
        discards = policy;
    }

    /** Returns what the host is told of. */
    public DiscardPolicy discards() {
        return discards;
    }

    /** Returns once all that completed before the call is on stable storage. */
    public void flush(Request request) throws IOException {
        writeBack.flush(request);
    }

    void flushData(Request request) throws IOException {
        if (dataFile.isPresent()) {
            dataFile.get().flush(request);
        }
    }

    /**
     * Keeps what is dirty or waits in bounds, which may write back. To be called after a change,
     * without the lock.
     */
    public void keepBounds(Request request) throws IOException {
        bounds.keep(request);
    }

    /**
     * Frees what waits to be free, as far as nothing in flight touches it, for a request that found
     * no room; waits for nobody's end.
     *
     * @param freed what {@link #freedInFile} was before the request looked for room
     * @return whether some was freed since, by whomever, so that it is worth another try
     */
    public boolean makeRoom(Request request, long freed) throws IOException {
        return bounds.makeRoom(request) != freed;
    }

    /** Returns how many clusters were freed so far, but those past where the file ends for good. */
    public long freedInFile() {
        return allocator.freedInFile();
    }

    /**
     * Sets whether clusters are freed after grace alone: while requests may be in flight that go by
     * other metadata of the same image.
     */
    public void freeOnlyByGrace(boolean only) {
        release.onlyByGrace(only);
    }

    /**
     * Writes everything out, frees what waits to be freed, and says that the image is clean.
     * Nothing may be allocated at the same time or afterwards: the grace periods are not waited
     * for, as nothing freed here is used again.
     */
    public void writeOutFinally(Request request) throws IOException {
        lazyRefcounts(false);
        flush(request);
        lock.lock();
        try {
            quarantine.ripenAll();
            header.clean();
        } finally {
            lock.unlock();
        }
        flush(request);
    }
}
