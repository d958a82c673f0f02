package org.ashlar.tools.io;

import org.ashlar.spi.BlockException;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.CacheMode;
import org.ashlar.tools.text.Getopt;

/**
 * How an image is opened, by options of the program or of {@code open}. Confined to one command.
 */
final class OpenFlags {
    private boolean readOnly;
    private boolean forceShare;
    private boolean unmap = true;
    private CacheMode cache = CacheMode.WRITEBACK;

    /** Takes an option; one with a wrong argument is refused in print. */
    boolean take(Getopt options, Terminal terminal) throws BlockException {
        String argument = options.argument();
        switch (options.option()) {
            case "r" -> readOnly = true;
            case "n" -> cache = CacheMode.NONE;
            case "U" -> forceShare = true;
            case "t" -> {
                if (CacheMode.of(argument).isEmpty()) {
                    terminal.error("Invalid cache option: " + argument);
                    return false;
                }
                cache = CacheMode.of(argument).get();
            }
            case "d" -> {
                unmap = argument.equals("unmap") || argument.equals("on");
                if (!unmap && !argument.equals("ignore") && !argument.equals("off")) {
                    terminal.error("Invalid discard option: " + argument);
                    return false;
                }
            }
            case "i" -> {
                switch (argument) {
                    case "threads", "native", "io_uring" -> {
                        // there is one way to do I/O here
                    }
                    default -> {
                        terminal.error("Invalid aio option: " + argument);
                        return false;
                    }
                }
            }
            case "s" -> throw BlockException.unsupported("a temporary snapshot (-s)");
            case "C" -> throw BlockException.unsupported("copy-on-read (-C)");
            default -> {
                // -k and -m say how the reference does I/O
            }
        }
        return true;
    }

    /** Checks what only makes sense together. */
    void check() throws BlockException {
        if (forceShare && !readOnly) {
            throw BlockException.invalid("force-share=on can only be used with read-only images");
        }
    }

    Access access() {
        return (readOnly ? Access.READ : Access.WRITE)
                .with(cache)
                .sharing(forceShare)
                .unmapping(unmap);
    }
}
