package org.ashlar.core.internal.chain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The merged maps that a node is a layer of, in whichever snapshot: a request that began on an old
 * one must not read by what was true before a write that was acknowledged on a newer one.
 * Thread-safe; guarded by its lock, under which no map's is taken.
 */
public final class LayerMaps {
    @GuardedBy("this")
    private List<WeakReference<MergedMap>> maps = List.of();

    /** How often the mapping was said to have changed. */
    private final AtomicLong changes = new AtomicLong();

    /** Adds a map, before anything is asked for it. */
    synchronized void add(MergedMap map) {
        List<WeakReference<MergedMap>> more = new ArrayList<>(maps);
        more.removeIf(each -> each.refersTo(null));
        more.add(new WeakReference<>(map));
        maps = List.copyOf(more);
    }

    /**
     * Makes all of them forget a range, as the node's mapping has changed there; the change is not
     * acknowledged before this has returned.
     */
    public void changed(long offset, long length) {
        if (length <= 0) {
            return;
        }
        changes.incrementAndGet();
        // The lock orders this behind, or before, a map that is just being added: either it is here
        // or its first question sees the change.
        List<WeakReference<MergedMap>> now = current();
        for (WeakReference<MergedMap> each : now) {
            MergedMap map = each.get();
            if (map != null) {
                map.forget(offset, length);
            }
        }
    }

    /**
     * Returns a number that is another once a change was told of: who followed an answer of the
     * node to where its bytes lie compares it with that from before the question.
     */
    public long changes() {
        return changes.get();
    }

    private synchronized List<WeakReference<MergedMap>> current() {
        return maps;
    }
}
