package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import org.ashlar.spi.Request;

/**
 * Says that work under the image's lock lacks something that takes I/O to get: a slice that is not
 * in memory, or clusters that are about to be free. The lock is held over memory only, so whoever
 * catches this lets go of it, calls {@link #get} and begins anew. Control flow: without a stack
 * trace.
 */
public final class Missing extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Request.Work getting;

    Missing(Request.Work getting) {
        this.getting = getting;
        super(null, null, false, false);
    }

    /** Gets what is missing; not to be called under the lock. */
    public void get(Request request) throws IOException {
        getting.run(request);
    }
}
