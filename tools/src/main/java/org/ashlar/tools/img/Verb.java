package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.text.Getopt.WrongOption;

/** One sub-command of {@code img}. Stateless. */
interface Verb {

    /** Carries it out and returns the exit code. */
    int run(List<String> args, Terminal terminal) throws ToolFailure, IOException, WrongOption;
}
