package org.ashlar.spi.source;

import java.util.List;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A place where requests begin, with one or several root edges, a gate and grace domains of its
 * own. Thread-safe.
 */
@ProviderType
public interface RequestSource {

    /** Returns the first root edge; what an export or a tool works on. */
    Child root();

    /** Returns all root edges. */
    List<Child> roots();

    /**
     * Returns a new consumer: a connection, a worker of a job. It is confined to one thread at a
     * time.
     */
    Consumer consumer(String label);

    /** Returns scratch memory. */
    Buffers buffers();
}
