package org.ashlar.spi.job;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.option.Option;
import org.osgi.annotation.versioning.ConsumerType;

/** Starts jobs of one type. Registered as a service; thread-safe. */
@ConsumerType
public interface JobDriver {

    /** Returns the type as QMP names it, such as {@code stream}. */
    String type();

    /** Returns every option {@link #prepare} reads. */
    default List<Option<?>> options() {
        return List.of();
    }

    /**
     * Attaches the job's roots, claims the edges whose shape it relies on, and returns its body.
     */
    BlockJob prepare(JobRequest request) throws IOException;
}
