package org.ashlar.core.internal.chain;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.ashlar.core.internal.graph.EdgeKey;
import org.jspecify.annotations.Nullable;

/**
 * At which layer of a chain a range is to be read, as far as it was asked for: a table with one
 * place for each granule, which several share if the disk is long. Looking up takes no lock and
 * makes no garbage; inserting and forgetting take the map's own, over memory only. Thread-safe.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: an entry is in the table only while every layer above the one it names has said that it
 *       stores nothing in the range, and none of them has told of a change there since.
 *   <li>I2: what is found at a granule's place counts for that granule alone, so a change empties
 *       the places of the granules it touches, and no others.
 *   <li>I3: both arrays are written under the lock alone; a change moves generations and empties
 *       places in one go, and an answer is inserted if no generation has moved since before the
 *       question.
 * </ul>
 */
public final class MergedMap {
    private static final int MOST_PLACES = 1 << 16;
    private static final int GENERATIONS = 256;

    /** So many granules, as a power of two, are a block: they share a generation. */
    private static final int BLOCK_BITS = 6;

    private final int granuleBits;
    private final AtomicReferenceArray<@Nullable Entry> places;
    private final AtomicLongArray generations = new AtomicLongArray(GENERATIONS);

    /**
     * Where a range of a chain is to be read.
     *
     * @param start its first byte
     * @param end the byte after its last
     * @param way the backing edge that leads to the layer, or null for the top
     * @param depth how many layers are above it
     */
    public record Entry(long start, long end, @Nullable EdgeKey way, int depth) {

        /** Returns whether it says something of the byte at {@code offset}. */
        public boolean covers(long offset) {
            return start <= offset && offset < end;
        }

        /** Returns this, up to {@code other} if that is less. */
        public Entry until(long other) {
            return new Entry(start, Math.min(end, other), way, depth);
        }
    }

    /**
     * Makes an empty map.
     *
     * @param granule the length, a power of two, that things are remembered by
     * @param length the disk's, to fit the table to
     */
    MergedMap(long granule, long length) {
        this.granuleBits = Long.numberOfTrailingZeros(granule);
        int granules = Math.clamp((length + granule - 1) / granule, 1, MOST_PLACES);
        this.places = new AtomicReferenceArray<>(Integer.highestOneBit(2 * granules - 1));
    }

    /** Returns what is known of the byte at {@code offset}, if anything is. */
    public @Nullable Entry find(long offset) {
        Entry entry = places.get(place(offset >>> granuleBits));
        return entry != null && entry.covers(offset) ? entry : null;
    }

    /** Returns how far an entry that was found at {@code offset} counts. */
    public long endOf(Entry entry, long offset) {
        return Math.min(entry.end, endOfGranule(offset)); // I2
    }

    /** Returns the first byte of a granule. */
    public long startOfGranule(long offset) {
        return offset >>> granuleBits << granuleBits;
    }

    private long endOfGranule(long offset) {
        return ((offset >>> granuleBits) + 1) << granuleBits;
    }

    /** Returns where the block of granules ends that can be asked for at once. */
    public long endOfBlock(long offset) {
        int bits = granuleBits + BLOCK_BITS;
        return ((offset >>> bits) + 1) << bits;
    }

    /** Returns what has to be the same before the question and when the answer is inserted. */
    public long generation(long offset) {
        return generations.get(generationOf(offset >>> granuleBits >>> BLOCK_BITS));
    }

    /**
     * Keeps an answer, unless a change was told of since the question.
     *
     * @param entry lies within one block
     * @param asked the block's generation before the top was asked
     */
    public synchronized void insert(Entry entry, long asked) {
        if (generation(entry.start) != asked) { // I1, I3
            return;
        }
        long last = (entry.end - 1) >>> granuleBits;
        for (long granule = entry.start >>> granuleBits; granule <= last; granule++) {
            places.set(place(granule), entry);
        }
    }

    /** Forgets a range, as the mapping of a layer has changed there. */
    synchronized void forget(long offset, long length) {
        long end = length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length;
        long first = offset >>> granuleBits;
        long last = (end - 1) >>> granuleBits;
        long blocks = Math.min((last >>> BLOCK_BITS) - (first >>> BLOCK_BITS) + 1, GENERATIONS);
        for (long i = 0; i < blocks; i++) {
            generations.incrementAndGet(generationOf((first >>> BLOCK_BITS) + i));
        }
        long granules = Math.min(last - first + 1, places.length());
        for (long i = 0; i < granules; i++) {
            places.set(place(first + i), null);
        }
    }

    private int place(long granule) {
        return (int) granule & (places.length() - 1);
    }

    private static int generationOf(long block) {
        return (int) block & (GENERATIONS - 1);
    }
}
