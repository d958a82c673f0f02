package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * Slices of second-level tables in memory: loaded once however many ask, in parallel with one
 * another, and written back from copies. Finding a slice takes no lock; everything else is guarded
 * by the image's lock, which is asserted.
 *
 * <ul>
 *   <li>I1: a slice that is being loaded, dirty, or being written is in the directory.
 *   <li>I2: at most one load of a slice is under way, and none while it is in memory.
 *   <li>I3: a slice's place follows from the top table at the moment of use; it is not kept twice.
 *   <li>I4: the words of a slice that was evicted are used again only after {@code spares} others
 *       were evicted, so that who found it before has nearly always read it; who has not is told.
 * </ul>
 */
public final class TableCache {
    /** Blocks of a slice are written alone: 4096 bytes, or more where a slice has more than 64. */
    private static final int BLOCK_WORDS_MIN = 512;

    private static final long[] NONE = {};

    /** More than any work under the lock needs at once. */
    private static final int CLEAN_MIN = 4;

    private static final int SPARES_PART = 32;
    private static final int SPARES_MIN = 2;
    private static final int SPARES_MAX = 16;

    private final ReentrantLock lock;
    private final HostFile file;
    private final TopTable top;
    private final int tableBits;
    private final int slicesPerTableBits;
    private final int sliceWords;
    private final int blockWords;
    private final String unaligned;
    private final SliceDirectory directory;
    private final ArrayDeque<TableSlice> resident = new ArrayDeque<>();
    private final Set<TableSlice> dirty = new LinkedHashSet<>();

    /** What was evicted, whose words are used again: a miss makes no garbage to speak of. */
    private final ArrayDeque<TableSlice> evicted = new ArrayDeque<>();

    /** How many slices are kept; a hint that dirty slices may overrun. Written under the lock. */
    private volatile int limit;

    /**
     * Makes an empty cache.
     *
     * @param tableBits the size of a second-level table, as a binary logarithm
     * @param sliceBits the size of a slice likewise
     */
    TableCache(HostFile file, TopTable top, int tableBits, int sliceBits) {
        this.lock = top.lock();
        this.file = file;
        this.top = top;
        this.unaligned = top.unalignedMessage();
        this.tableBits = tableBits;
        this.slicesPerTableBits = tableBits - sliceBits;
        this.sliceWords = 1 << (sliceBits - 3);
        this.blockWords = Math.max(Math.min(sliceWords, BLOCK_WORDS_MIN), sliceWords / Long.SIZE);
        this.directory = new SliceDirectory((long) top.length() << slicesPerTableBits);
        this.limit = Integer.MAX_VALUE;
    }

    /** Returns a slice if it is in memory; takes no lock. */
    public @Nullable TableSlice find(long index) {
        TableSlice slice = directory.get(index);
        return slice != null && slice.isLoaded() ? slice : null;
    }

    /**
     * Returns a slice, loading it if need be.
     *
     * @throws BlockException of kind {@code WOULD_BLOCK} if it is not in memory and the request
     *     must not block
     */
    public TableSlice load(Request request, long index) throws IOException {
        while (true) {
            TableSlice found = find(index);
            if (found != null) {
                found.touch();
                return found;
            }
            if (request.mustNotBlock()) {
                throw BlockException.wouldBlock();
            }
            TableSlice mine = new TableSlice(index);
            long[] words = NONE;
            long tableOffset;
            int hold = InUse.NONE;
            lock.lock();
            try {
                found = directory.get(index);
                tableOffset = checkedTableOffset(index);
                if (found == null) {
                    insert(mine);
                    evict();
                    words = takeWords();
                    hold = hold(tableOffset);
                }
            } finally {
                lock.unlock();
            }
            if (found == null) {
                try {
                    fill(request, mine, words, tableOffset);
                } finally {
                    file.inUse().end(hold);
                }
                return mine;
            }
            if (found.awaitLoaded(request)) {
                return found;
            }
        }
    }

    private long checkedTableOffset(long index) throws CorruptImageException {
        long tableIndex = index >>> slicesPerTableBits;
        long offset = top.tableOffset(tableIndex);
        long tableSize = ((long) sliceWords * Long.BYTES) << slicesPerTableBits;
        if ((offset & (tableSize - 1)) != 0) {
            throw new CorruptImageException(
                    unaligned.formatted(offset, tableIndex), offset, tableSize);
        }
        return offset;
    }

    /** Keeps a table's place from other use; under the lock, so that it still is the table's. */
    private int hold(long tableOffset) {
        return tableOffset == 0 ? InUse.NONE : file.inUse().hold(tableOffset >>> tableBits, 1);
    }

    private void fill(Request request, TableSlice slice, long[] words, long tableOffset)
            throws IOException {
        try {
            if (tableOffset != 0) {
                file.readWords(request, tableOffset + inTable(slice.index()), words);
            } else {
                Arrays.fill(words, 0);
            }
            slice.loaded(words);
        } catch (IOException | RuntimeException | Error reason) {
            lock.lock();
            try {
                if (directory.get(slice.index()) == slice) {
                    directory.put(slice.index(), null);
                }
                resident.remove(slice);
            } finally {
                lock.unlock();
            }
            slice.failed(
                    reason instanceof IOException known
                            ? known
                            : new IOException("loading a table failed", reason));
            throw reason;
        }
    }

    private long inTable(long index) {
        return (index & ((1L << slicesPerTableBits) - 1)) * sliceWords * Long.BYTES;
    }

    // Under the image's lock.

    /** Returns a slice that is in memory. */
    public TableSlice need(long index) throws Missing {
        assert lock.isHeldByCurrentThread();
        TableSlice slice = find(index);
        if (slice == null) {
            throw new Missing(request -> load(request, index));
        }
        slice.touch();
        return slice;
    }

    /** Puts in the only slice of a table that has just been made, all zero and dirty. */
    TableSlice create(long index) {
        assert lock.isHeldByCurrentThread() && slicesPerTableBits == 0;
        directory.grow(top.length());
        TableSlice slice = new TableSlice(index);
        long[] words = takeWords();
        Arrays.fill(words, 0);
        slice.loaded(words);
        insert(slice);
        changed(slice, 0, sliceWords);
        evict();
        return slice;
    }

    /** Returns words of which nothing is known, for a slice that is to be filled. */
    private long[] takeWords() {
        return evicted.size() < spares() ? new long[sliceWords] : evicted.remove().retire();
    }

    private int spares() {
        return Math.clamp(limit / SPARES_PART, SPARES_MIN, SPARES_MAX);
    }

    private void insert(TableSlice slice) {
        directory.put(slice.index(), slice);
        resident.add(slice);
    }

    /** Notes that words of a slice were changed and are to be written back. */
    public void changed(TableSlice slice, int firstWord, int count) {
        assert lock.isHeldByCurrentThread();
        assert directory.get(slice.index()) == slice : "I1";
        int first = firstWord / blockWords;
        int last = (firstWord + count - 1) / blockWords;
        slice.markDirty((-1L << first) & (-1L >>> (Long.SIZE - 1 - last)));
        dirty.add(slice);
    }

    /**
     * Lets go of slices until the limit is kept, the least used first, as far as they are clean.
     * Beside those that are dirty some stay: work that needs several would otherwise lose the one
     * for the other and begin anew for ever.
     */
    private void evict() {
        int most = Math.max(limit, dirty.size() + CLEAN_MIN);
        for (int tries = 2 * resident.size(); resident.size() > most && tries > 0; tries--) {
            TableSlice oldest = resident.remove();
            if (oldest.takeRecent() || !oldest.isEvictable()) {
                resident.add(oldest);
            } else {
                directory.put(oldest.index(), null);
                evicted.add(oldest);
            }
        }
        while (evicted.size() > spares()) {
            evicted.remove();
        }
    }

    /** Lets go of clean slices that were not used since the last call, and of their memory. */
    void evictUnused() {
        assert lock.isHeldByCurrentThread();
        evicted.clear();
        Iterator<TableSlice> all = resident.iterator();
        while (all.hasNext()) {
            TableSlice slice = all.next();
            if (!slice.takeRecent() && slice.isEvictable()) {
                directory.put(slice.index(), null);
                all.remove();
            }
        }
    }

    /**
     * Forgets the slices of tables from {@code firstTable} on, dirty or not: the tables are gone.
     */
    void forget(long firstTable) {
        assert lock.isHeldByCurrentThread();
        long firstSlice = firstTable << slicesPerTableBits;
        resident.removeIf(slice -> {
            boolean gone = slice.index() >= firstSlice;
            if (gone) {
                dirty.remove(slice);
                directory.put(slice.index(), null);
            }
            return gone;
        });
    }

    /** Makes room in the directory for the top table's present length. */
    void grown() {
        assert lock.isHeldByCurrentThread();
        directory.grow((long) top.length() << slicesPerTableBits);
    }

    /** Sets how many bytes of slices are kept. */
    void limitBytes(long bytes, int leastSlices) {
        assert lock.isHeldByCurrentThread();
        long slices = bytes / ((long) sliceWords * Long.BYTES);
        limit = Math.clamp(slices, leastSlices, Integer.MAX_VALUE);
        evict();
    }

    /** Returns whether so much is dirty that it should be written back soon. */
    boolean isCrowded() {
        assert lock.isHeldByCurrentThread();
        return dirty.size() > limit / 2;
    }

    /** Returns whether so much is dirty that it must be written back before more is made dirty. */
    boolean isOverfull() {
        assert lock.isHeldByCurrentThread();
        return resident.size() > limit && dirty.size() > limit;
    }

    boolean isDirty() {
        assert lock.isHeldByCurrentThread();
        return !dirty.isEmpty();
    }

    int residentCount() {
        assert lock.isHeldByCurrentThread();
        return resident.size();
    }

    // Writing back: one at a time; see WriteBack.

    /** Copies what is dirty, slice by slice, taking the lock for each. */
    List<SliceCopy> copyDirty() {
        List<TableSlice> all;
        lock.lock();
        try {
            all = List.copyOf(dirty);
        } finally {
            lock.unlock();
        }
        List<SliceCopy> copies = new ArrayList<>(all.size());
        for (TableSlice slice : all) {
            lock.lock();
            try {
                if (slice.isDirty() && directory.get(slice.index()) == slice) {
                    copies.add(copy(slice));
                }
            } finally {
                lock.unlock();
            }
        }
        return copies;
    }

    private SliceCopy copy(TableSlice slice) {
        long offset = top.tableOffset(slice.index() >>> slicesPerTableBits);
        assert offset != 0 : "a dirty slice without a table: " + slice.index();
        long blocks = slice.beginWriting();
        int first = Long.numberOfTrailingZeros(blocks);
        int count = Long.SIZE - Long.numberOfLeadingZeros(blocks) - first;
        long[] words = slice.copy(first * blockWords, count * blockWords);
        return new SliceCopy(slice, offset + inTable(slice.index()), blocks, blockWords, words);
    }

    /** Notes the end of a write-back: what did not reach the disk is dirty again. */
    void written(List<SliceCopy> copies, boolean success) {
        assert lock.isHeldByCurrentThread();
        for (SliceCopy copy : copies) {
            copy.slice().endWriting(success ? 0 : copy.blocks());
            if (!copy.slice().isDirty()) {
                dirty.remove(copy.slice());
            }
        }
        evict();
    }
}
