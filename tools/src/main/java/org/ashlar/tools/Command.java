package org.ashlar.tools;

import java.util.List;

/** One command of the command line. Stateless. */
public interface Command {

    /**
     * Carries the command out; blocks until it has ended.
     *
     * @param args what follows its name
     * @param terminal where it reads and prints
     * @return the exit code
     */
    int run(List<String> args, Terminal terminal);
}
