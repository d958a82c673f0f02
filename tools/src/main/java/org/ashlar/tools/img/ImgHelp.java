package org.ashlar.tools.img;

import org.ashlar.tools.Terminal;

/** The help of {@code img}. Stateless. */
final class ImgHelp {

    private ImgHelp() {}

    static void print(Terminal terminal) {
        String name = terminal.program();
        terminal.out()
                .print(
                        """
                        Usage: %s COMMAND [OPTIONS]...

                          check [-f FMT] [-r leaks|all] [--output=human|json] [-q] [-U] [--image-opts] FILE
                          compare [-f FMT] [-F FMT] [-T CACHE] [-p] [-q] [-s] [-U] [--image-opts] FILE1 FILE2
                          convert [-f FMT] [-O FMT] [-o OPTIONS] [-B BACKING [-F FMT]] [-S SIZE] [-m NUMBER]
                                  [-n] [--target-is-zero] [-c] [-p] [-q] [-W] [-t CACHE] [-T CACHE] [-U]
                                  [--image-opts] [--target-image-opts] FILE [FILE...] OUTPUT
                          create [-f FMT] [-o OPTIONS] [-b BACKING -F FMT] [-u] [-q] FILE [SIZE]
                          info [-f FMT] [--output=human|json] [--backing-chain] [-U] [--image-opts] FILE
                          map [-f FMT] [--output=human|json] [-s OFFSET] [-l LENGTH] [-U] [--image-opts] FILE
                          resize [-f FMT] [--preallocation=MODE] [--shrink] [-q] [--image-opts] FILE [+|-]SIZE

                        SIZE, OFFSET and LENGTH are bytes, or take a suffix k, M, G, T, P or E.
                        CACHE is none, writeback, writethrough, directsync or unsafe.
                        OPTIONS are key=value,...; '-o help' lists them.
                        """
                                .replace("%s", name));
    }
}
