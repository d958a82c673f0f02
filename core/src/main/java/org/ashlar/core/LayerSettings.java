package org.ashlar.core;

import java.time.Duration;

/**
 * What a block layer is told when it starts. Immutable.
 *
 * @param implicitOpens whether an image may name other files to open, such as its backing file
 * @param changeLimit how long a graph change may wait for others before its switch
 * @param orphanLimit how long requests of a node wait for its driver to return before they fail
 * @param traceRequests whether each pin remembers who took it and when
 */
public record LayerSettings(
        boolean implicitOpens, Duration changeLimit, Duration orphanLimit, boolean traceRequests) {

    /** Opens what images name, waits up to 30 seconds for changes and for drivers. */
    public static final LayerSettings DEFAULT =
            new LayerSettings(true, Duration.ofSeconds(30), Duration.ofSeconds(30), false);
}
