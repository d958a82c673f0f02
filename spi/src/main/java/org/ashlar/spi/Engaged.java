package org.ashlar.spi;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says of a contribution that it keeps something going that another version of it would know
 * nothing of, such as a server that listens: an export's driver and the commands that start and
 * stop its server implement it. Thread-safe.
 *
 * <p>While it is engaged it is served whatever other versions there are, and its bundle stays,
 * though it was replaced or its jar was removed; once it is engaged no longer another version is
 * served. Drivers of nodes are not asked, as their nodes are handed over.
 */
@ConsumerType
public interface Engaged {

    /** Returns whether it is engaged; does not block, and is asked often. */
    boolean isEngaged();
}
