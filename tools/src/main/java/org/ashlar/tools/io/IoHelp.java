package org.ashlar.tools.io;

import java.util.Map;

/** What {@code help} tells of a command besides its line of usage. Stateless. */
final class IoHelp {
    private static final String QUIET = " -q, -- print no statistics\n";
    private static final String MACHINE = " -C, -- print statistics for programs\n";
    private static final String VERIFY = " -P, -- check that every byte read is this one\n";
    private static final String DUMP = " -v, -- print what was read\n";
    private static final String FILL = " -P, -- write this byte, instead of 0xcd\n";
    private static final String DURABLE = " -f, -- return once it is on stable storage (FUA)\n";
    private static final String INVALID = " -i, -- pretend that the request is invalid\n";
    private static final String UNMAP = " -u, -- with -z: the space may be given up\n";
    private static final String ZERO = " -z, -- write zeroes\n";
    private static final String BESIDE =
            " The command returns at once; aio_flush waits for the request. A failure is"
                    + " printed,\n";
    private static final String FATE = " but does not make the command fail.\n";
    private static final String VECTOR = " Each length is a buffer of its own.\n";

    private static final Map<String, String> TEXTS =
            Map.of(
                    "read",
                    text("read -v 512 1k", "prints the kibibyte that begins at byte 512")
                            + MACHINE
                            + " -l, -- with -P: how many bytes are checked\n"
                            + " -p, -- accepted, without effect\n"
                            + VERIFY
                            + QUIET
                            + " -s, -- with -P: where in the data the check begins\n"
                            + DUMP,
                    "readv",
                    VECTOR
                            + text("readv -v 512 1k 1k", "prints two kibibytes from byte 512 on")
                            + MACHINE
                            + VERIFY
                            + QUIET
                            + DUMP,
                    "aio_read",
                    BESIDE
                            + FATE
                            + VECTOR
                            + text("aio_read -v 512 1k 1k", "prints two kibibytes from byte 512 on")
                            + MACHINE
                            + INVALID
                            + VERIFY
                            + QUIET
                            + DUMP,
                    "write",
                    text("write 512 1k", "writes a kibibyte of 0xcd at byte 512")
                            + " -c, -- compress it\n"
                            + MACHINE
                            + DURABLE
                            + " -n, -- with -z: fail rather than write zeroes as data\n"
                            + " -p, -- accepted, without effect\n"
                            + FILL
                            + QUIET
                            + " -s, -- write what is in this file, over and over\n"
                            + UNMAP
                            + ZERO,
                    "writev",
                    VECTOR
                            + text("writev 512 1k 1k", "writes two kibibytes of 0xcd at byte 512")
                            + MACHINE
                            + DURABLE
                            + FILL
                            + QUIET,
                    "aio_write",
                    BESIDE
                            + FATE
                            + VECTOR
                            + text("aio_write 512 1k 1k", "writes two kibibytes at byte 512")
                            + MACHINE
                            + DURABLE
                            + INVALID
                            + FILL
                            + QUIET
                            + UNMAP
                            + ZERO,
                    "discard",
                    text("discard 512 1k", "gives up the kibibyte at byte 512") + MACHINE + QUIET,
                    "open",
                    text("open -n -o driver=raw disk.raw", "opens a raw image past the page cache")
                            + " -d, -- what becomes of discards: unmap or ignore\n"
                            + " -i, -- threads, native or io_uring: accepted, all the same here\n"
                            + " -k, -- accepted, without effect\n"
                            + " -n, -- the same as -t none\n"
                            + " -o, -- options of the image's driver; may be given several times\n"
                            + " -r, -- read-only\n"
                            + " -t, -- none, writeback, writethrough, directsync or unsafe\n"
                            + " -U, -- tolerate other writers\n",
                    "reopen",
                    text("reopen -o lazy-refcounts=on", "writes refcounts late from now on")
                            + " -c, -- another cache mode, as open -t\n"
                            + " -o, -- other options of the image's driver\n"
                            + " -r, -- read-only from now on\n"
                            + " -w, -- writable from now on\n");

    private IoHelp() {}

    private static String text(String example, String effect) {
        return "\n Example:\n '" + example + "' - " + effect + "\n\n";
    }

    /** Returns the text, with an empty line in front; empty if there is no more to tell. */
    static String of(String command) {
        String text = TEXTS.getOrDefault(command, "");
        return text.isEmpty() || text.startsWith("\n") ? text : "\n" + text;
    }
}
