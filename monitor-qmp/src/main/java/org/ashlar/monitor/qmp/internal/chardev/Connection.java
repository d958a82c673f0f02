package org.ashlar.monitor.qmp.internal.chardev;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * One client of a character device. Reading and writing may go on at the same time, on one thread
 * each.
 */
public interface Connection extends AutoCloseable {

    /** Returns what the client sends; reading blocks. */
    InputStream input();

    /** Returns where the client reads; writing blocks. */
    OutputStream output();

    /** Disconnects: whoever reads or writes gets an error or the end of the stream. */
    @Override
    void close();
}
