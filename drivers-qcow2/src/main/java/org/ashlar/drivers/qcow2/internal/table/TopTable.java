package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.drivers.qcow2.internal.format.L2Entry;
import org.ashlar.spi.Request;

/**
 * A first-level table, the L1 or the refcount table, wholly in memory. Entries are read by anybody;
 * everything else is guarded by the image's lock, which is asserted: the lock is another object's,
 * where the checker of annotations does not follow.
 *
 * <p>I1: an entry that differs from the disk lies in a dirty sector, or the table has moved and is
 * to be written whole.
 */
public final class TopTable {
    private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);

    /** Entries are written in units of 512 bytes, which no storage tears. */
    private static final int SECTOR_ENTRIES = 64;

    private final ReentrantLock lock;
    private final long offsetMask;
    private final String unalignedMessage;
    private final BitSet dirtySectors = new BitSet();

    /** Replaced under the image's lock, by a longer or shorter copy. */
    private volatile long[] entries;

    private long offset;

    private TopTable(ReentrantLock lock, long offsetMask, String unaligned, Content content) {
        this.lock = lock;
        this.offsetMask = offsetMask;
        this.unalignedMessage = unaligned;
        this.offset = content.offset;
        this.entries = content.entries;
    }

    /** What a table was read as: its place and its entries. */
    @SuppressWarnings("ArrayRecordComponent")
    record Content(long offset, long[] entries) {
        static Content read(Request request, HostFile file, long offset, int count)
                throws IOException {
            long[] entries = new long[count];
            file.readWords(request, offset, entries);
            return new Content(offset, entries);
        }
    }

    /** Makes the L1 table (spec, "L1 table entry"). */
    static TopTable ofL1(ReentrantLock lock, Content content) {
        return new TopTable(
                lock,
                L2Entry.OFFSET_MASK,
                "L2 table offset 0x%x unaligned (L1 index: 0x%x)",
                content);
    }

    /** Makes the refcount table (spec, "Refcount table entry"). */
    static TopTable ofRefcounts(ReentrantLock lock, Content content) {
        return new TopTable(
                lock, -512L, "Refblock offset 0x%x unaligned (reftable index: 0x%x)", content);
    }

    ReentrantLock lock() {
        return lock;
    }

    String unalignedMessage() {
        return unalignedMessage;
    }

    /** Returns the number of entries. */
    public int length() {
        return entries.length;
    }

    /**
     * Returns the number of entries up to the last that is not 0; most of a table may be unused.
     */
    int usedLength() {
        long[] now = entries;
        int used = now.length;
        while (used > 0 && now[used - 1] == 0) {
            used--;
        }
        return used;
    }

    /** Returns an entry, 0 past the end; what was written before it was set is visible. */
    public long entry(long index) {
        long[] now = entries;
        return index < now.length ? (long) ENTRY.getAcquire(now, (int) index) : 0;
    }

    /** Returns where the second-level table lies, 0 if there is none. */
    public long tableOffset(long index) {
        return entry(index) & offsetMask;
    }

    /** Returns where the table lies on the disk. */
    long offset() {
        assert lock.isHeldByCurrentThread();
        return offset;
    }

    /** Sets an entry, to be written back. */
    void set(long index, long value) {
        assert lock.isHeldByCurrentThread();
        ENTRY.setRelease(entries, (int) index, value);
        dirtySectors.set((int) index / SECTOR_ENTRIES);
    }

    /** Gives the table another place and length; all of it is to be written there. */
    void move(long newOffset, int newLength) {
        assert lock.isHeldByCurrentThread();
        entries = Arrays.copyOf(entries, newLength);
        offset = newOffset;
        dirtySectors.set(0, (newLength + SECTOR_ENTRIES - 1) / SECTOR_ENTRIES);
    }

    /** What is to be written: an image of some sectors at one moment. Immutable. */
    @SuppressWarnings("ArrayRecordComponent")
    record Copy(long offset, long[] entries, BitSet sectors) {
        boolean isEmpty() {
            return sectors.isEmpty();
        }
    }

    /** Copies what is dirty, which counts as clean from now on. */
    Copy copyDirty() {
        assert lock.isHeldByCurrentThread();
        BitSet sectors = (BitSet) dirtySectors.clone();
        dirtySectors.clear();
        return new Copy(offset, sectors.isEmpty() ? entries : entries.clone(), sectors);
    }

    /** Makes what a copy holds dirty again, as it did not reach the disk. */
    void failed(Copy copy) {
        assert lock.isHeldByCurrentThread();
        dirtySectors.or(copy.sectors());
    }

    boolean isDirty() {
        assert lock.isHeldByCurrentThread();
        return !dirtySectors.isEmpty();
    }

    /** Writes the sectors of a copy. */
    static void write(Request request, HostFile file, Copy copy) throws IOException {
        BitSet sectors = copy.sectors();
        for (int from = sectors.nextSetBit(0); from >= 0; ) {
            int to = sectors.nextClearBit(from);
            int first = from * SECTOR_ENTRIES;
            int count = Math.min(to * SECTOR_ENTRIES, copy.entries().length) - first;
            if (count > 0) {
                long at = copy.offset() + (long) first * Long.BYTES;
                file.writeWords(request, at, copy.entries(), first, count);
            }
            from = sectors.nextSetBit(to);
        }
    }
}
