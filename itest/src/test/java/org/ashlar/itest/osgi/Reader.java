package org.ashlar.itest.osgi;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;

/** A source of reads on a node of the driver {@code marked}. Confined to one thread at a time. */
final class Reader implements AutoCloseable {
    private final Root root;
    private final Consumer consumer;
    private final byte[] bytes = new byte[4096];

    Reader(BlockLayer layer, String node) throws IOException {
        this.root = layer.attach("test", node, Permissions.READ);
        this.consumer = root.consumer("reader");
    }

    /** Reads, and returns the mark of the one version that served it all. */
    int read() throws IOException {
        try (Admission admission = consumer.admit(Access.READ)) {
            root.root().read(admission.request(), 0, MemorySegment.ofArray(bytes));
        }
        for (byte read : bytes) {
            if (read != bytes[0]) {
                throw BlockException.invalid("one read was served by " + bytes[0] + " and " + read);
            }
        }
        return bytes[0];
    }

    @Override
    public void close() throws IOException {
        root.close();
    }
}
