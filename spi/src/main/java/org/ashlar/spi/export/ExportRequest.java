package org.ashlar.spi.export;

import org.ashlar.spi.option.OptionValues;
import org.ashlar.spi.source.RequestSource;
import org.osgi.annotation.versioning.ProviderType;

/** What an export is given to start. */
@ProviderType
public interface ExportRequest {

    /** Returns the export's id. */
    String id();

    /** Returns the name of the node at its root when it started. */
    String nodeName();

    /** Returns whether clients may write. */
    boolean writable();

    /** Returns whether every write is to reach stable storage before it is acknowledged. */
    boolean writethrough();

    /** Returns the checked values of {@link ExportDriver#options()}. */
    OptionValues options();

    /**
     * Returns where its clients' requests begin; valid until the export's {@code close} has
     * returned.
     */
    RequestSource source();

    /**
     * Asks for the export to be deleted, as if by command; returns at once. For exports that end by
     * themselves.
     */
    void requestDelete();
}
