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
            TableSlice slice = metadata.l2().find(0);
            if (slice == null) {
                throw new AssertionError("the slice is not in memory");
            }
            slice.retire()[0] = word;
        } finally {
            metadata.lock().unlock();
        }
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
