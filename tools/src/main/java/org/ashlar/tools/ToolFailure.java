package org.ashlar.tools;

import java.util.List;

/** The end of a command with a message, of one line or several, and an exit code. Immutable. */
public final class ToolFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final transient List<String> lines;
    private final boolean usage;
    private final String hint;

    private ToolFailure(int exitCode, List<String> lines, boolean usage) {
        this(exitCode, lines, usage, "");
    }

    private ToolFailure(int exitCode, List<String> lines, boolean usage, String hint) {
        super(String.join("\n", lines));
        this.exitCode = exitCode;
        this.lines = lines;
        this.usage = usage;
        this.hint = hint;
    }

    /** Ends the command with exit code 1. */
    public static ToolFailure of(String... lines) {
        return new ToolFailure(1, List.of(lines), false);
    }

    /** Ends the command with another exit code. */
    public static ToolFailure of(int exitCode, String message) {
        return new ToolFailure(exitCode, List.of(message), false);
    }

    /** Ends the command with exit code 1 and a hint at {@code --help}. */
    public static ToolFailure usage(String message) {
        return new ToolFailure(1, List.of(message), true);
    }

    /** Returns this with text that is printed as it is behind the message. */
    public ToolFailure hinting(String text) {
        return new ToolFailure(exitCode, lines, usage, text);
    }

    /** Returns this with what it is about in front of its message. */
    public ToolFailure about(String subject) {
        return new ToolFailure(exitCode, List.of(subject + ": " + getMessage()), usage, hint);
    }

    /** Returns the exit code. */
    public int exitCode() {
        return exitCode;
    }

    /** Returns whether the user was wrong about the command's options. */
    public boolean isUsage() {
        return usage;
    }

    /** Prints the message, each line under the program's name. */
    public void print(Terminal terminal) {
        for (String line : lines) {
            terminal.error(line);
        }
        terminal.err().print(hint);
    }
}
