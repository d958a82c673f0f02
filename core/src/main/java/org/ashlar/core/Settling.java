package org.ashlar.core;

import java.time.Duration;
import java.util.List;

/**
 * What waits for requests to end before it releases what it took out of use. Immutable.
 *
 * @param what such as {@code settling deleting node 'a'} or {@code what node 'a' freed}
 * @param waitingFor whose requests have not ended
 * @param age how long it has waited
 */
public record Settling(String what, List<String> waitingFor, Duration age) {

    /** Copies the list. */
    public Settling {
        waitingFor = List.copyOf(waitingFor);
    }
}
