package org.ashlar.spi.source;

import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One who sends requests: it owns a stripe of the source's grace counters. Confined to one thread
 * at a time; admissions it gave may end on any thread.
 */
@ProviderType
public interface Consumer {

    /**
     * Waits at the gate while it is closed for {@code access}, then pins. To be called
     * empty-handed: no admission held, no lock.
     *
     * @throws BlockException of kind {@code GONE} once the source is closed
     * @throws IllegalStateException if the calling thread is pinned or admitted already, in any
     *     source
     */
    Admission admit(Access access) throws BlockException;

    /**
     * Pins if the gate is open; never waits. Requests of the admission must not block if {@code
     * mustNotBlock}.
     *
     * @return empty if the gate is closed for {@code access}; see {@link #awaitOpen}
     * @throws BlockException of kind {@code GONE} once the source is closed
     */
    Optional<Admission> tryAdmit(Access access, boolean mustNotBlock) throws BlockException;

    /** Waits, unpinned, until the gate is open for {@code access} or the source is closed. */
    void awaitOpen(Access access);
}
