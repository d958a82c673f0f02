package org.ashlar.spi.export;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.option.Option;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Offers nodes to clients outside, over a protocol such as NBD. Registered as a service;
 * thread-safe.
 */
@ConsumerType
public interface ExportDriver {

    /** Returns the type as QMP names it, such as {@code nbd}. */
    String type();

    /** Returns every option {@link #start} reads, besides those every export has. */
    default List<Option<?>> options() {
        return List.of();
    }

    /** Starts to serve the root of the request's source. */
    BlockExport start(ExportRequest request) throws IOException;
}
