package org.ashlar.spi;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.option.OptionValues;
import org.osgi.annotation.versioning.ProviderType;

/** What a driver is given to create an image; valid until {@code create} returns. */
@ProviderType
public interface CreateRequest {

    /** Returns the checked values of {@link BlockDriver#createOptions()}. */
    OptionValues options();

    /**
     * Returns the writable, resizable node that will hold the image; a protocol has none and must
     * not ask.
     */
    Child file() throws IOException;

    /**
     * Opens the child option {@code name} of the creation, such as {@code data-file}, for writing.
     */
    Optional<Child> child(String name) throws IOException;

    /** Returns the pinned request under which the creation reads and writes. */
    Request request();

    /** Returns scratch memory. */
    Buffers buffers();
}
