package org.ashlar.core.internal.osgi;

import org.ashlar.core.internal.registry.Registry;
import org.ashlar.spi.control.BlockLayer;

/** A block layer that runs, as its bundle's activator starts, shows and ends it. Thread-safe. */
public interface RunningLayer extends BundleRetirement, AutoCloseable {

    /** Starts a layer over what a registry serves. */
    @FunctionalInterface
    interface Factory {
        /** Starts it; drivers may come later. */
        RunningLayer start(Registry registry);
    }

    /** Returns the layer to show as a service. */
    BlockLayer layer();

    /** Ends every job, export and node, while their drivers are still there. */
    @Override
    void close();
}
