package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import org.ashlar.spi.Request;

/**
 * Says that work under the image's lock needs a slice that is not in memory. The lock is held over
 * memory only, so whoever catches this lets go of it, calls {@link #load} and begins anew. Control
 * flow: without a stack trace.
 */
public final class MissingSlice extends Exception {
    private static final long serialVersionUID = 1;

    private final transient TableCache cache;
    private final long index;

    MissingSlice(TableCache cache, long index) {
        this.cache = cache;
        this.index = index;
        super(null, null, false, false);
    }

    /** Loads what is missing; not to be called under the lock. */
    public void load(Request request) throws IOException {
        cache.load(request, index);
    }
}
