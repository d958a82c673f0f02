package org.ashlar.spi.control;

import java.io.InputStream;
import java.io.OutputStream;
import org.ashlar.spi.option.OptionTree;

/** What a monitor is given to start. */
public interface MonitorRequest {

    /** Returns the block layer to drive. */
    BlockLayer layer();

    /**
     * Returns the character device: {@code backend} ({@code socket} or {@code stdio}), and for a
     * socket {@code path}, or {@code host} and {@code port}; {@code server} and {@code wait}, as on
     * the reference's command line.
     */
    OptionTree chardev();

    /** Returns whether answers are printed over several lines. */
    boolean pretty();

    /** Returns the program's standard input, for {@code stdio}. */
    InputStream standardInput();

    /** Returns the program's standard output, for {@code stdio}. */
    OutputStream standardOutput();

    /** Ends the program, as {@code quit} asks; returns at once. */
    void requestShutdown();
}
