package org.ashlar.spi;

import java.time.Duration;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a node tells the core, and the work it starts by itself: a source of requests of its own,
 * with a gate that a drain of the node closes. Thread-safe; valid until the node is closed.
 */
@ProviderType
public interface Background {

    /**
     * Runs {@code work} on a virtual thread, pinned; returns false, running nothing, while the gate
     * is closed.
     */
    boolean tryStart(String name, Request.Work work);

    /**
     * Runs {@code work} once per interval while the gate is open, never twice at once, until the
     * schedule or the node is closed.
     *
     * @throws IllegalStateException if the node is closed
     */
    Schedule every(String name, Duration interval, Request.Work work);

    /**
     * Says that the mapping of a range has changed, so that what {@code extentAt} said of it,
     * {@code Unallocated} or {@code Mapped}, is no longer so: after it changed, before the request
     * is acknowledged or anything freed. A length may reach past the node's end. Does not wait, so
     * that it may be called under a driver's lock.
     */
    void mappingChanged(long offset, long length);

    /**
     * Runs {@code action} on a thread of its own once all that could reach this node when it was
     * called has ended. Does not wait, so that it may be called under a driver's lock.
     */
    void afterGrace(Runnable action);

    /**
     * Reports that the image contradicts itself; writes to the node are refused from now on if
     * {@code fatal}.
     */
    void corrupted(String message, long offset, long length, boolean fatal);

    /**
     * Tells whoever listens, such as monitors: an event of the node, by its QMP name and members.
     */
    void report(String event, Map<String, Object> data);

    /** Work that comes again and again. */
    @ProviderType
    interface Schedule extends AutoCloseable {
        /** Ends it and returns once it no longer runs; not to be called from the work itself. */
        @Override
        void close();
    }
}
