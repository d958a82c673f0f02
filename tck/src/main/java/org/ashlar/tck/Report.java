package org.ashlar.tck;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that a node told through its {@link org.ashlar.spi.Background}. Immutable.
 *
 * @param event the event's QMP name, {@link #MAPPING_CHANGED} or {@link #CORRUPTED}
 * @param data its members in the order they were told
 */
public record Report(String event, Map<String, Object> data) {

    /** A call of {@code mappingChanged}: members {@code offset} and {@code length}. */
    public static final String MAPPING_CHANGED = "mappingChanged";

    /**
     * A call of {@code corrupted}: {@code message}, {@code offset}, {@code length}, {@code fatal}.
     */
    public static final String CORRUPTED = "corrupted";

    public Report {
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }
}
