package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.HeaderWriter;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;

/**
 * What the header of an image should be; {@link HeaderFile} is what stands on the disk. Read by
 * anybody, changed under the image's lock.
 *
 * <p>I1: it says dirty before a write-back leaves refcounts out, and until none is left out.
 */
final class LiveHeader {
    private final ReentrantLock lock;
    private final TopTable l1;
    private final Refcounts refcounts;

    /** Written under the lock. */
    private volatile Header header;

    /** Whether refcounts may stay unwritten under the dirty bit; written under the lock. */
    private volatile boolean lazyRefcounts;

    LiveHeader(Header header, TopTable l1, Refcounts refcounts) {
        this.lock = l1.lock();
        this.l1 = l1;
        this.refcounts = refcounts;
        this.header = header;
    }

    Header get() {
        return header;
    }

    /** Changes it, if the changed one can be written. */
    void change(UnaryOperator<Header> change) throws IOException {
        lock.lock();
        try {
            Header changed = change.apply(header);
            HeaderWriter.write(changed);
            header = changed;
        } finally {
            lock.unlock();
        }
    }

    /** Makes it lead to the tables where they are now, and returns it; under the lock. */
    Header ofTables() {
        assert lock.isHeldByCurrentThread();
        Geometry geometry = header.geometry();
        TopTable table = refcounts.table();
        int clusters = table.length() >>> (geometry.clusterBits() - 3);
        header =
                header.withL1(new TableLocation(l1.offset(), l1.length()))
                        .withRefcountTable(new TableLocation(table.offset(), clusters));
        return header;
    }

    void lazyRefcounts(boolean lazy) {
        lock.lock();
        try {
            lazyRefcounts = lazy;
        } finally {
            lock.unlock();
        }
    }

    boolean isLazy() {
        return lazyRefcounts;
    }

    /** Decides whether a write-back leaves refcounts out; if so, it says dirty; under the lock. */
    boolean refcountsMayBeLate() {
        assert lock.isHeldByCurrentThread();
        TableCache blocks = refcounts.blocks();
        boolean tableWaits = refcounts.table().isDirty();
        boolean late = lazyRefcounts && blocks.isDirty() && !blocks.isOverfull() && !tableWaits;
        if (late) {
            header = header.withFeatures(header.features().with(Features.DIRTY));
        }
        return late;
    }

    /** Notes that refcounts are right again; under the lock. */
    void clean() {
        assert lock.isHeldByCurrentThread();
        header = header.withFeatures(header.features().without(Features.DIRTY));
    }
}
