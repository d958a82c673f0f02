package org.ashlar.spi;

import org.ashlar.spi.option.OptionValues;
import org.osgi.annotation.versioning.ProviderType;

/** The options and settings a node is to serve with from now on; confined to the calling thread. */
@ProviderType
public interface ReopenRequest {

    /**
     * Returns the new option values, checked: only reopenable options differ from those in force.
     */
    OptionValues options();

    /** Returns the new settings. */
    NodeSettings settings();

    /** Returns a pinned request for reading. */
    Request request();

    /** Returns where the new face starts work of its own. */
    Background background();
}
