package org.ashlar.drivers.qcow2.internal.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which areas each host cluster is part of, as bits. Asked by anybody without a lock; changed under
 * the image's lock alone.
 *
 * <p>Open addressing in one array: metadata are a cluster in thousands.
 *
 * <ul>
 *   <li>I1: a slot is 0, or a cluster's number plus 1 above its areas; once taken it stays its
 *       cluster's, without areas if need be, until the array is replaced.
 *   <li>I2: at most half of the slots are taken, so that a search ends.
 * </ul>
 */
final class AreaMap {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;
    private static final int AREA_BITS = Area.values().length;
    private static final int AREAS = (1 << AREA_BITS) - 1;
    private static final int SIZE_MIN = 64;

    /** Replaced under the image's lock, by a longer one. */
    private volatile long[] slots = new long[SIZE_MIN];

    private int taken;

    /** Returns the areas of a cluster. */
    int areas(long cluster) {
        long[] now = slots;
        return (int) (long) SLOT.getAcquire(now, place(now, cluster)) & AREAS;
    }

    /** Returns where a cluster's slot is, or the empty one that would be its. */
    private static int place(long[] in, long cluster) {
        long key = cluster + 1;
        int at = (int) ((key * SPREAD) >>> (Integer.numberOfLeadingZeros(in.length - 1) + 32));
        while (true) {
            long slot = (long) SLOT.getAcquire(in, at);
            if (slot == 0 || slot >>> AREA_BITS == key) {
                return at;
            }
            at = (at + 1) & (in.length - 1);
        }
    }

    /** Makes a cluster part of some areas, too. */
    void add(long cluster, int areas) {
        long[] now = slots;
        int at = place(now, cluster);
        if (now[at] == 0 && 2 * (taken + 1) > now.length) {
            now = grown(now);
            at = place(now, cluster);
        }
        if (now[at] == 0) {
            taken++;
        }
        SLOT.setRelease(now, at, now[at] | ((cluster + 1) << AREA_BITS) | areas);
    }

    private long[] grown(long[] old) {
        long[] longer = new long[2 * old.length];
        taken = 0;
        for (long slot : old) {
            if ((slot & AREAS) != 0) {
                longer[place(longer, (slot >>> AREA_BITS) - 1)] = slot;
                taken++;
            }
        }
        slots = longer;
        return longer;
    }

    /** Makes a cluster part of none. */
    void remove(long cluster) {
        long[] now = slots;
        int at = place(now, cluster);
        if (now[at] != 0) {
            SLOT.setRelease(now, at, (cluster + 1) << AREA_BITS);
        }
    }
}
