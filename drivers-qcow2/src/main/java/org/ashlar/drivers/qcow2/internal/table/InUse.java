package org.ashlar.drivers.qcow2.internal.table;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The host clusters that calls in flight read or write because a pointer led there. Grace says of
 * all that has ended; this says of a request that does not end what it may still touch, so that one
 * that hangs keeps its own clusters from being used again, and no others. Thread-safe; lock-free
 * but where it grows.
 *
 * <ul>
 *   <li>I1: whoever goes where a pointer leads, and may wait or writes there, holds those clusters
 *       first and then looks the pointer up <em>again</em>; if it leads elsewhere by now, the hold
 *       ends and all begins anew. It ends when the call to the file has returned.
 *   <li>I2: whoever frees clusters ahead of grace looks at the holds after the last pointer was
 *       removed. Of the two, {hold, fence, look up} and {remove, fence, look at the holds}, one
 *       sees the other: a cluster that is found unheld is never gone to.
 *   <li>I3: a read that must not block holds nothing, so that it costs nothing. It looks at {@link
 *       #timesAhead} before its first pointer and after its last byte. If that has moved, what it
 *       read may be another's, and it is done again; if not, no cluster that a pointer led to after
 *       the first look was free before the last.
 *   <li>I4: a place is 0 or one range; only who made it non-zero makes it 0.
 * </ul>
 *
 * <p>Not held, as nobody else can take the pointer away: what a claim covers (the clusters that an
 * allocating write fills, an L2 table that is being copied), and what a write-back has copied,
 * since what is removed afterwards is durable only by the next one.
 */
public final class InUse {
    /** The hold that holds nothing. */
    public static final int NONE = -1;

    private static final int COUNT_BITS = 16;

    /** The most clusters that one hold can say. */
    public static final int MOST_CLUSTERS = (1 << COUNT_BITS) - 1;

    private static final int PLACES = 64;

    /** Longs from one place to the next: each has a cache line to itself. */
    private static final int STRIDE = 8;

    /** Replaced in {@link #grow} by a longer one with the same chunks. */
    private volatile AtomicLongArray[] chunks = {chunk()};

    /** Moved by {@link #beginAhead} alone, under the image's lock. */
    private volatile long timesAhead;

    private static AtomicLongArray chunk() {
        return new AtomicLongArray(PLACES * STRIDE);
    }

    /**
     * Holds clusters until {@link #end} of what is returned. What was looked up before counts only
     * if it is looked up again (I1). Of a cluster past all that can be handed out, to which only a
     * damaged image leads, it holds some other.
     */
    public int hold(long first, long count) {
        assert 0 < count && count <= MOST_CLUSTERS;
        long range = first << COUNT_BITS | count;
        int start = (int) Thread.currentThread().threadId();
        while (true) {
            AtomicLongArray[] all = chunks;
            for (int i = 0; i < all.length * PLACES; i++) {
                int place = (start + i) & (PLACES - 1);
                AtomicLongArray chunk = all[i / PLACES];
                if (chunk.getPlain(place * STRIDE) == 0
                        && chunk.compareAndSet(place * STRIDE, 0, range)) {
                    VarHandle.fullFence(); // I2
                    return i / PLACES * PLACES + place;
                }
            }
            grow(all);
        }
    }

    private synchronized void grow(AtomicLongArray[] full) {
        if (chunks.length == full.length) {
            AtomicLongArray[] more = Arrays.copyOf(full, full.length + 1);
            more[full.length] = chunk();
            chunks = more;
        }
    }

    /** Ends a hold. */
    public void end(int hold) {
        if (hold != NONE) {
            chunks[hold / PLACES].setRelease(hold % PLACES * STRIDE, 0);
        }
    }

    /** Returns how often clusters were freed ahead of grace; see I3. */
    public long timesAhead() {
        return timesAhead;
    }

    /** Returns whether clusters were freed ahead of grace after {@code before} was asked; I3. */
    public boolean wasAheadSince(long before) {
        VarHandle.loadLoadFence();
        return timesAhead != before;
    }

    /**
     * Begins freeing ahead of grace: returns what is held of what has no pointer any more. Under
     * the image's lock.
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    Held beginAhead() {
        timesAhead++;
        VarHandle.fullFence(); // I2
        AtomicLongArray[] all = chunks;
        long[] ranges = new long[all.length * PLACES];
        int count = 0;
        for (AtomicLongArray chunk : all) {
            for (int place = 0; place < PLACES; place++) {
                long range = chunk.get(place * STRIDE);
                if (range != 0) {
                    ranges[count++] = range;
                }
            }
        }
        return new Held(Arrays.copyOf(ranges, count));
    }

    /** The ranges that were held at one moment. Immutable. */
    static final class Held {
        private final long[] ranges;

        private Held(long[] ranges) {
            this.ranges = ranges;
        }

        /** Sorts runs of clusters into what somebody holds and what nobody does. */
        void sort(ClusterRanges all, ClusterRanges held, ClusterRanges unheld) {
            for (int run = 0; run < all.size(); run++) {
                long end = all.first(run) + all.count(run);
                for (long at = all.first(run); at < end; ) {
                    long heldTo = Math.min(end, heldTo(at));
                    long next = heldTo > at ? heldTo : Math.min(end, nextHeld(at));
                    (heldTo > at ? held : unheld).add(at, next - at, all.mayDiscard(run));
                    at = next;
                }
            }
        }

        /** Returns how far from {@code cluster} on clusters are held; itself if it is not. */
        private long heldTo(long cluster) {
            long to = cluster;
            for (long range : ranges) {
                long first = range >>> COUNT_BITS;
                long end = first + (range & MOST_CLUSTERS);
                to = first <= cluster && cluster < end ? Math.max(to, end) : to;
            }
            return to;
        }

        private long nextHeld(long cluster) {
            long next = Long.MAX_VALUE;
            for (long range : ranges) {
                long first = range >>> COUNT_BITS;
                next = first > cluster ? Math.min(next, first) : next;
            }
            return next;
        }
    }
}
