package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * Writes changed metadata to the disk in an order that leaves a usable image at every point: leaked
 * clusters at worst, never a pointer to what is not there. Thread-safe; its own lock guards the
 * rounds and is not held while a round writes.
 *
 * <p>One round copies what is dirty, then writes:
 *
 * <ol>
 *   <li>refcount blocks; a barrier and the refcount table if new blocks hang in it; a barrier and
 *       the header if that table moved;
 *   <li>a barrier: counts, guest data and the zeroes of new L2 tables are durable;
 *   <li>L2 slices and L1 entries, in any order: each L2 table was whole before its L1 entry;
 *   <li>a barrier; the header if it differs; a barrier.
 * </ol>
 *
 * <ul>
 *   <li>I1: copies are taken in the order quarantine, L2, L1 with the refcount table, refcount
 *       blocks: so each copied pointer is counted in the copied counts, and each block that hangs
 *       in the copied table is among the copies.
 *   <li>I2: one round at a time; who asks joins a round that has not begun, never one that has.
 *   <li>I3: what was removed before the copies were taken is durable when the round has succeeded.
 * </ul>
 */
public final class WriteBack {
    private final Metadata metadata;
    private final HeaderFile headerFile;
    private final ReentrantLock gate = new ReentrantLock();
    private final Condition changed = gate.newCondition();
    private boolean running;
    private Round next = new Round();

    /** One run of the steps above, which all who asked before it began share. */
    private static final class Round {
        private boolean ended;
        private @Nullable IOException failure;
    }

    WriteBack(Metadata metadata, HeaderFile headerFile) {
        this.metadata = metadata;
        this.headerFile = headerFile;
    }

    /** Returns once all that completed before the call is on stable storage. */
    public void flush(Request request) throws IOException {
        while (!join(request)) {
            request.checkAlive();
        }
    }

    /** Returns false if the round failed for a reason of its leader's alone. */
    private boolean join(Request request) throws IOException {
        Round round;
        boolean leads;
        gate.lock();
        try {
            round = next;
            while (!round.ended && (running || next != round)) {
                changed.awaitUninterruptibly();
            }
            leads = !round.ended;
            if (leads) {
                running = true;
                next = new Round();
            }
        } finally {
            gate.unlock();
        }
        if (leads) {
            lead(request, round);
            return true;
        }
        IOException reason = round.failure;
        if (reason instanceof BlockException known
                && known.kind() == BlockException.Kind.CANCELLED) {
            return false;
        }
        if (reason != null) {
            throw reason;
        }
        return true;
    }

    private void lead(Request request, Round round) throws IOException {
        IOException failure = new IOException("the write-back ended early");
        try {
            metadata.release().releaseRipe(request);
            run(request);
            failure = null;
        } catch (IOException reason) {
            failure = reason;
            throw reason;
        } finally {
            gate.lock();
            try {
                running = false;
                round.ended = true;
                round.failure = failure;
                changed.signalAll();
            } finally {
                gate.unlock();
            }
        }
    }

    /** What one round writes. */
    private record Copies(
            ClusterRanges removed,
            List<SliceCopy> l2,
            TopTable.Copy l1,
            TopTable.Copy refcountTable,
            List<SliceCopy> refcounts,
            Header header) {}

    private void run(Request request) throws IOException {
        Copies copies = copy();
        boolean success = false;
        try {
            write(request, copies);
            success = true;
        } finally {
            settle(copies, success);
        }
        metadata.release().awaitGrace();
    }

    private Copies copy() {
        ReentrantLock lock = metadata.lock();
        ClusterRanges removed;
        lock.lock();
        try {
            removed = metadata.quarantine().takeRemoved();
        } finally {
            lock.unlock();
        }
        List<SliceCopy> l2 = metadata.l2().copyDirty();
        TopTable.Copy l1;
        TopTable.Copy refcountTable;
        Header header;
        boolean late;
        lock.lock();
        try {
            late = metadata.liveHeader().refcountsMayBeLate();
            l1 = metadata.l1().copyDirty();
            refcountTable = metadata.refcounts().table().copyDirty();
            header = metadata.liveHeader().ofTables();
        } finally {
            lock.unlock();
        }
        List<SliceCopy> refcounts = late ? List.of() : metadata.refcounts().blocks().copyDirty();
        return new Copies(removed, l2, l1, refcountTable, refcounts, header);
    }

    private void write(Request request, Copies copies) throws IOException {
        HostFile file = metadata.file();
        headerFile.announce(request, copies.header);
        writeAll(request, copies.refcounts);
        if (!copies.refcountTable.isEmpty()) {
            file.flush(request);
            TopTable.write(request, file, copies.refcountTable);
            headerFile.moveRefcountTable(request, copies.header.refcountTable());
        }
        metadata.flushData(request);
        file.flush(request);
        if (!copies.l2.isEmpty() || !copies.l1.isEmpty()) {
            writeAll(request, copies.l2);
            TopTable.write(request, file, copies.l1);
            file.flush(request);
        }
        headerFile.update(request, copies.header);
    }

    private void writeAll(Request request, List<SliceCopy> copies) throws IOException {
        for (SliceCopy copy : copies) {
            copy.write(request, metadata.file());
        }
    }

    private void settle(Copies copies, boolean success) {
        ReentrantLock lock = metadata.lock();
        lock.lock();
        try {
            metadata.l2().written(copies.l2, success);
            metadata.refcounts().blocks().written(copies.refcounts, success);
            if (success) {
                metadata.quarantine().durable(copies.removed);
            } else {
                metadata.l1().failed(copies.l1);
                metadata.refcounts().table().failed(copies.refcountTable);
                metadata.quarantine().putBack(copies.removed);
            }
        } finally {
            lock.unlock();
        }
    }
}
