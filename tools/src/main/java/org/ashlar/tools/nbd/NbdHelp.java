package org.ashlar.tools.nbd;

import org.ashlar.tools.Terminal;

/** The help of {@code nbd}. Stateless. */
final class NbdHelp {

    private NbdHelp() {}

    static void print(Terminal terminal) {
        terminal.out()
                .print(
                        """
                        Usage: %s [OPTIONS] FILE
                          or:  %s -L [OPTIONS]

                        Where to listen, and for whom:
                          -p, --port=PORT           TCP port (10809)
                          -b, --bind=ADDRESS        address to bind to (0.0.0.0)
                          -k, --socket=PATH         unix socket, instead of TCP
                          -e, --shared=NUMBER       how many clients at a time (1); 0 for any number
                          -t, --persistent          stay when the last client has left
                          -x, --export-name=NAME    name of the export (empty)
                          -D, --description=TEXT    description of the export
                          -A, --allocation-depth    tell clients which layer holds a range
                          -L, --list                list what a server offers, instead of serving

                        The image:
                          -f, --format=FORMAT       its format
                              --image-opts          FILE is key=value,... or a JSON object
                          -o, --offset=OFFSET       where in the image the export begins, in bytes
                          -r, --read-only           serve it read-only
                          -n, --nocache             the same as --cache=none
                              --cache=MODE          none, writeback, writethrough, directsync or unsafe
                              --discard=MODE        ignore or unmap
                              --detect-zeroes=MODE  off, on or unmap
                              --aio=MODE            threads, native or io_uring: accepted, all the same here

                        The process:
                              --fork                serve in the background; return once clients may come
                              --pid-file=PATH       write the process's id there
                          -v, --verbose             accepted for compatibility
                          -h, --help                show this
                          -V, --version             show the version
                        """
                                .replace("%s", terminal.program()));
    }
}
