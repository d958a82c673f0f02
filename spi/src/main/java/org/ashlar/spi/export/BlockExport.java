package org.ashlar.spi.export;

import org.osgi.annotation.versioning.ConsumerType;

/** A running export. Thread-safe. */
@ConsumerType
public interface BlockExport extends AutoCloseable {

    /** Returns how many clients are connected. */
    int clients();

    /**
     * Takes no new client, disconnects all there are and returns once none is left and nothing of
     * it runs.
     */
    @Override
    void close();
}
