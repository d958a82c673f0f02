package org.ashlar.monitor.qmp.internal.chardev;

import java.io.IOException;

/** Where clients come from, one after another. Accepting is confined to one thread. */
public interface CharacterDevice extends AutoCloseable {

    /** Returns the device as {@code query-chardev} names it. */
    String fileName();

    /**
     * Waits for the next client.
     *
     * @throws java.nio.channels.ClosedChannelException once the device is closed
     */
    Connection accept() throws IOException;

    /** Returns whether closing a connection ends a read that is under way on it. */
    boolean endsReads();

    /** Takes no more clients and takes its socket away; a waiting {@code accept} ends. */
    @Override
    void close();
}
