package org.ashlar.spi.control;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that happened. Immutable.
 *
 * @param name as QMP names it, such as {@code JOB_STATUS_CHANGE}
 * @param data its members, in the order they are told
 * @param time when
 */
public record Event(String name, Map<String, Object> data, Instant time) {
    public Event {
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }
}
