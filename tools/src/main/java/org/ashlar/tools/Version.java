package org.ashlar.tools;

/** What the product says of itself. Stateless. */
public final class Version {
    private static final String NUMBER = "0.1.0";

    private Version() {}

    /** Prints the version under the program's name. */
    public static void print(Terminal terminal, String word) {
        terminal.line(terminal.program() + " " + word + NUMBER + " (Ashlar)");
    }
}
