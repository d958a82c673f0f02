package org.ashlar.tools.io;

import org.ashlar.tools.io.IoCommand.BadArgument;
import org.ashlar.tools.text.Sizes;

/** Reads the arguments of commands. Stateless. */
final class Arguments {

    /** The longest request in bytes: whole sectors in what a C int holds. */
    static final long MAX_REQUEST = 2147483136L;

    private Arguments() {}

    /** Reads an offset or a length in bytes. */
    static long bytes(String text) throws BadArgument {
        try {
            return Sizes.parse(text);
        } catch (ArithmeticException tooLarge) {
            throw new BadArgument("Parsing error: argument too large -- " + text);
        } catch (NumberFormatException notANumber) {
            throw new BadArgument(
                    "Parsing error: non-numeric argument, or extraneous/unrecognized suffix -- "
                            + text);
        }
    }

    /** Reads the value of a byte. */
    static byte pattern(String text) throws BadArgument {
        try {
            int value = Integer.decode(text);
            if (value >= 0 && value <= 255) {
                return (byte) value;
            }
        } catch (NumberFormatException notANumber) {
            // the same answer as to a number out of range
        }
        throw new BadArgument(text + " is not a valid pattern byte");
    }
}
