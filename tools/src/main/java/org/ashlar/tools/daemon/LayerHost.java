package org.ashlar.tools.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.ashlar.spi.control.BlockLayer;

/** What a daemon runs on: a block layer and the world around it. */
public interface LayerHost extends AutoCloseable {

    /** Starts a host. */
    @FunctionalInterface
    interface Opener {

        /** Starts a host and returns once its layer and drivers are there. */
        LayerHost open() throws IOException;
    }

    /** Returns the block layer. */
    BlockLayer layer();

    /** Returns the folder into which bundles are dropped, where there is one. */
    default Optional<Path> deployFolder() {
        return Optional.empty();
    }

    /** Ends the layer, everything written and flushed, and what is around it. */
    @Override
    void close();
}
