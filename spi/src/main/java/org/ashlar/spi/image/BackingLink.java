package org.ashlar.spi.image;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.Request;

/** A format that names its backing file inside the image. */
public interface BackingLink {

    /** Returns the backing file the image names. */
    Optional<ImageReference> backing();

    /** Names another backing file, or none, and returns once that is on stable storage. */
    void changeBacking(Request request, Optional<ImageReference> backing) throws IOException;
}
