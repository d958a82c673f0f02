package org.ashlar.drivers.qcow2.internal.table;

/**
 * Stops time where a reader has found a slice and its words are being used for another one. Guarded
 * by the image's lock, which it takes.
 */
public final class SliceThief {
    private final Metadata metadata;

    public SliceThief(Metadata metadata) {
        this.metadata = metadata;
    }

    /** Gives the words of the first L2 slice, which is clean, away and puts another word there. */
    public void takeFirst(long word) {
        metadata.lock().lock();
        try {
            first().retire()[0] = word;
            first().takeRecent();
        } finally {
            metadata.lock().unlock();
        }
    }

    /**
     * Waits until somebody who has found the slice finds it once more: what was read from it has
     * been refused.
     */
    public void awaitFoundAgain() {
        // The short way finds it, then the long one, which comes back only if it must.
        for (int times = 0; times < 3; times++) {
            org.ashlar.tck.Waiting.until(this::wasFound, "a look at the slice");
        }
    }

    private boolean wasFound() {
        metadata.lock().lock();
        try {
            return first().takeRecent();
        } finally {
            metadata.lock().unlock();
        }
    }

    private TableSlice first() {
        TableSlice slice = metadata.l2().find(0);
        if (slice == null) {
            throw new AssertionError("the slice is not in memory");
        }
        return slice;
    }

    /** Takes the slice out of the cache, so that it is found no more. */
    public void endEviction() {
        metadata.lock().lock();
        try {
            metadata.l2().forget(0);
        } finally {
            metadata.lock().unlock();
        }
    }
}
