package org.ashlar.spi.source;

import org.ashlar.spi.Request;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A pin of a source's domain: while it is held, nothing that its request can reach is taken away.
 * Several requests to the roots, one after another or from several threads, may share it. Ended
 * once, on any thread.
 */
@ProviderType
public interface Admission extends AutoCloseable {

    /** Returns the request to pass down. */
    Request request();

    /** Flags the request as cancelled: whoever checks {@link Request#checkAlive()} gives up. */
    void cancel();

    /** Ends it. Forks of the request that still run hold pins of their own. */
    @Override
    void close();
}
