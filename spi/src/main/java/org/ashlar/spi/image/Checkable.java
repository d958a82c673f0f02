package org.ashlar.spi.image;

import java.io.IOException;
import org.ashlar.spi.Request;

/** A format whose metadata can be checked and repaired. */
public interface Checkable {

    /** What a check may mend. */
    enum Repair {
        NONE,
        LEAKS,
        ALL
    }

    /**
     * Checks the image while nobody else writes to it.
     *
     * @param report told one line per finding
     */
    CheckResult check(Request request, Repair repair, java.util.function.Consumer<String> report)
            throws IOException;
}
