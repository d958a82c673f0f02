package org.ashlar.tools.io;

import java.io.IOException;
import java.util.List;
import org.ashlar.tools.text.Getopt.WrongOption;

/**
 * One command of {@code io}. Immutable.
 *
 * @param name what users type
 * @param alias what they may type instead, or an empty text
 * @param least how many arguments it takes at least
 * @param most how many at most, -1 for any number
 * @param needs what it needs of the open image
 * @param synopsis its arguments
 * @param summary one line
 * @param body what it does
 */
record IoCommand(
        String name,
        String alias,
        int least,
        int most,
        Needs needs,
        String synopsis,
        String summary,
        Body body) {

    /** What a command needs of the open image. */
    enum Needs {
        NOTHING,
        IMAGE,
        WRITABLE_IMAGE
    }

    /** What a command does. */
    @FunctionalInterface
    interface Body {
        /**
         * Does it.
         *
         * @return whether it went well; what went wrong has been printed
         */
        boolean run(IoSession session, List<String> args)
                throws IOException, WrongOption, BadArgument;
    }

    /** An argument that is not what it should be; the message is printed as it is. */
    static final class BadArgument extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean error;

        /** Has the message printed on standard output. */
        BadArgument(String message) {
            this(message, false);
        }

        /** Has the message printed on standard error or standard output. */
        BadArgument(String message, boolean error) {
            super(message);
            this.error = error;
        }

        boolean isError() {
            return error;
        }
    }

    /** Returns its line of {@code help}. */
    String usage() {
        return name + (synopsis.isEmpty() ? "" : " " + synopsis) + " -- " + summary;
    }

    /** Returns what is wrong with so many arguments, or an empty text. */
    String countError(String given, int count) {
        if (count >= least && (most < 0 || count <= most)) {
            return "";
        }
        String expected;
        if (most < 0) {
            expected = "at least " + least;
        } else if (least == most) {
            expected = Integer.toString(least);
        } else {
            expected = "between " + least + " and " + most;
        }
        return "bad argument count "
                + count
                + " to "
                + given
                + ", expected "
                + expected
                + " arguments";
    }
}
