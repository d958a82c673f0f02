package org.ashlar.spi.control;

import java.io.IOException;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.source.RequestSource;
import org.osgi.annotation.versioning.ProviderType;

/** A source of requests that a program added to the graph for itself. Thread-safe. */
@ProviderType
public interface Root extends RequestSource, AutoCloseable {

    /** Uses and shares other permissions from now on. */
    void permissions(Permissions permissions) throws IOException;

    /** Takes the source out and returns once its requests have ended. */
    @Override
    void close() throws IOException;
}
