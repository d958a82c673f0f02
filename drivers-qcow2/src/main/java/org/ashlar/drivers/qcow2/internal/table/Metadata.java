package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.HeaderWriter;
import org.ashlar.drivers.qcow2.internal.format.Limits;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
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

    /** Beyond so many bytes of clusters that wait for a write-back, one is started. */
    private static final long QUARANTINE_BYTES = 64L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final HostFile file;
    private final Optional<HostFile> dataFile;
    private final Background background;
    private final TopTable l1;
    private final TableCache l2;
    private final L2Map map;
    private final Refcounts refcounts;
    private final Quarantine quarantine = new Quarantine();
    private final Allocator allocator;
    private final Claims clusterClaims = new Claims(lock);
    private final Claims tableClaims = new Claims(lock);
    private final Release release;
    private final WriteBack writeBack;

    /** Whether a write-back that nobody waits for is on its way. */
    private final AtomicBoolean writeBackStarted = new AtomicBoolean();

    /** What the header should be; changed under the lock. */
    private volatile Header header;

    /** Whether refcounts may stay unwritten under the dirty bit; changed under the lock. */
    private volatile boolean lazyRefcounts;

    private Metadata(Files files, Background background, HeaderFile headerFile, Tables tables) {
        this.file = files.file;
        this.dataFile = files.dataFile;
        this.background = background;
        this.header = headerFile.header();
        Geometry geometry = header.geometry();
        this.l1 = TopTable.ofL1(lock, tables.l1);
        int sliceBits = 31 - Integer.numberOfLeadingZeros(tables.l2Slice);
        this.l2 = new TableCache(file, l1, geometry.clusterBits(), sliceBits);
        this.map = new L2Map(this, sliceBits);
        TopTable refcountTable = TopTable.ofRefcounts(lock, tables.refcounts);
        this.refcounts = new Refcounts(file, refcountTable, geometry);
        this.allocator = new Allocator(geometry, refcounts, quarantine, inUse());
        allocator.fileEnds(tables.fileLength);
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

    /** Reads the header and the first-level tables. */
    public static Metadata load(
            Request request, Files files, Background background, CacheSizes sizes)
            throws IOException {
        HeaderFile headerFile = HeaderFile.read(request, files.file);
        Header header = headerFile.header();
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
        return header.geometry();
    }

    public Header header() {
        return header;
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

    /** Returns the claims on guest clusters, by index. */
    public Claims clusterClaims() {
        return clusterClaims;
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
        T run() throws MissingSlice, IOException;
    }

    /** Does work under the lock, loading without it what the work misses. */
    public <T extends @Nullable Object> T locked(Request request, Locked<T> work)
            throws IOException {
        while (true) {
            MissingSlice missing;
            lock.lock();
            try {
                return work.run();
            } catch (MissingSlice e) {
                missing = e;
            } finally {
                lock.unlock();
            }
            missing.load(request);
        }
    }

    /** Hands out from one to {@code wanted} clusters, under the lock. */
    public HostRun allocate(long wanted) throws MissingSlice, IOException {
        return allocator.allocate(wanted);
    }

    /**
     * Puts clusters away that lost a pointer, under the lock.
     *
     * @param hostOffset where they begin, in bytes
     */
    public void free(long hostOffset, long clusters, boolean mayDiscard) {
        quarantine.add(hostOffset >>> geometry().clusterBits(), clusters, mayDiscard);
    }

    /** Returns where the metadata lie that were read. */
    private MetadataClusters inUse() {
        Geometry geometry = header.geometry();
        int bits = geometry.clusterBits();
        MetadataClusters clusters = new MetadataClusters();
        TableLocation table = header.refcountTable();
        TableLocation first = header.l1();
        clusters.add(0, 1);
        clusters.add(table.offset() >>> bits, table.count());
        clusters.add(
                first.offset() >>> bits, geometry.clustersFor((long) first.count() * Long.BYTES));
        if (header.snapshots().count() > 0) {
            clusters.add(header.snapshots().offset() >>> bits, 1);
        }
        for (TopTable top : List.of(l1, refcounts.table())) {
            for (int i = 0; i < top.length(); i++) {
                if (top.tableOffset(i) != 0) {
                    clusters.add(top.tableOffset(i) >>> bits, 1);
                }
            }
        }
        return clusters;
    }

    /** Makes the header lead to the tables where they are now, and returns it; under the lock. */
    Header headerOfTables() {
        assert lock.isHeldByCurrentThread();
        TopTable table = refcounts.table();
        int clusters = table.length() >>> (geometry().clusterBits() - 3);
        header =
                header.withL1(new TableLocation(l1.offset(), l1.length()))
                        .withRefcountTable(new TableLocation(table.offset(), clusters));
        return header;
    }

    /** Changes the header, durably. */
    public void updateHeader(Request request, UnaryOperator<Header> change) throws IOException {
        lock.lock();
        try {
            Header changed = change.apply(header);
            HeaderWriter.write(changed);
            header = changed;
        } finally {
            lock.unlock();
        }
        flush(request);
    }

    /**
     * Makes the L1 table long enough for a disk of so many bytes; the next flush writes it.
     *
     * @throws BlockException of kind {@code INVALID} if no L1 table can be so long
     */
    public void growL1(Request request, long diskSize) throws IOException {
        long entries = geometry().l1EntriesFor(diskSize);
        if (entries > Limits.L1_BYTES_MAX / Long.BYTES) {
            throw BlockException.invalid(
                    "The image size is too large for file format 'qcow2' (try using a larger"
                            + " cluster size)");
        }
        locked(request, () -> moveL1((int) entries));
    }

    private boolean moveL1(int entries) throws MissingSlice, IOException {
        if (entries <= l1.length()) {
            return false;
        }
        Geometry geometry = geometry();
        HostRun run = allocator.allocateTable(geometry.clustersFor((long) entries * Long.BYTES));
        if (l1.length() > 0) {
            free(l1.offset(), geometry.clustersFor((long) l1.length() * Long.BYTES), false);
        }
        l1.move(run.offset(), entries);
        l2.grown();
        return true;
    }

    /** Takes away the L2 tables that a disk of so many bytes does not need; they are empty. */
    public void dropTables(long diskSize, boolean mayDiscard) {
        lock.lock();
        try {
            long first = geometry().l1EntriesFor(diskSize);
            l2.forget(first);
            for (long i = first; i < l1.length(); i++) {
                if (l1.tableOffset(i) != 0) {
                    free(l1.tableOffset(i), 1, mayDiscard);
                    l1.set(i, 0);
                }
            }
        } finally {
            lock.unlock();
        }
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

    /** Sets whether refcounts may be written late. */
    public void lazyRefcounts(boolean lazy) {
        lock.lock();
        try {
            lazyRefcounts = lazy;
        } finally {
            lock.unlock();
        }
    }

    /** Decides whether this write-back leaves refcounts out; if so, the header says dirty. */
    boolean refcountsMayBeLate() {
        assert lock.isHeldByCurrentThread();
        TableCache blocks = refcounts.blocks();
        boolean late = lazyRefcounts && blocks.isDirty() && !blocks.isOverfull() && !isTableDirty();
        if (late) {
            header = header.withFeatures(header.features().with(Features.DIRTY));
        }
        return late;
    }

    private boolean isTableDirty() {
        return refcounts.table().isDirty();
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
     * Keeps what is dirty or waits in bounds: starts a write-back, or does one if there is too
     * much. To be called after a change, without the lock.
     */
    public void keepBounds(Request request) throws IOException {
        boolean crowded;
        boolean overfull;
        lock.lock();
        try {
            long waiting = quarantine.removedClusters() << geometry().clusterBits();
            crowded = l2.isCrowded() || waiting > QUARANTINE_BYTES;
            overfull = l2.isOverfull() || waiting > 4 * QUARANTINE_BYTES;
            if (!lazyRefcounts) {
                crowded |= refcounts.blocks().isOverfull();
            }
        } finally {
            lock.unlock();
        }
        if (overfull) {
            flush(request);
        } else if (crowded && writeBackStarted.compareAndSet(false, true)) {
            startWriteBack();
        }
    }

    private void startWriteBack() {
        boolean started =
                background.tryStart(
                        "qcow2-write-back",
                        request -> {
                            try {
                                flush(request);
                            } finally {
                                writeBackStarted.set(false);
                            }
                        });
        if (!started) {
            writeBackStarted.set(false);
        }
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
            header = header.withFeatures(header.features().without(Features.DIRTY));
        } finally {
            lock.unlock();
        }
        flush(request);
    }
}
