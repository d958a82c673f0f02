package org.ashlar.core.internal.osgi;

import org.osgi.framework.Bundle;

/**
 * Brings the nodes of a replaced bundle's drivers to their new version. Implemented by who keeps
 * the nodes.
 */
@FunctionalInterface
public interface BundleRetirement {

    /**
     * Sees to it that nothing open uses the bundle any more, then calls {@code thenUninstall}, on
     * any thread; does not wait for that. The bundle's contributions are no longer served when this
     * is called, and those of its successor are; its classes stay until {@code thenUninstall}. If a
     * node cannot be handed over, {@code thenUninstall} is not called and the bundle stays.
     */
    void retire(Bundle old, Runnable thenUninstall);

    /** Returns whether what the bundle contributes is engaged: then it is not to retire yet. */
    default boolean isEngaged(Bundle old) {
        return false;
    }
}
