package org.ashlar.tck;

import java.io.IOException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.ImageReference;

/** Finds the child that an image names, in a test. */
@FunctionalInterface
public interface ImplicitOpener {

    /** Returns the node for the child {@code name} that the image refers to so. */
    BlockNode open(String name, ImageReference reference) throws IOException;
}
