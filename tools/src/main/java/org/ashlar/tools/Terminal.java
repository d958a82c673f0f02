package org.ashlar.tools;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;
import org.slf4j.LoggerFactory;

/**
 * Where a command reads and prints; the only way to standard output and standard error. Immutable;
 * its streams are thread-safe.
 *
 * <p>Standard output is buffered until {@link #flush()}, which {@link Main} calls at the end.
 */
public final class Terminal {
    private final String program;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    /**
     * Makes a terminal of any streams.
     *
     * @param program the name under which messages are printed, such as {@code qemu-img}
     */
    public Terminal(String program, InputStream in, PrintStream out, PrintStream err) {
        this.program = program;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Returns the terminal of this process. */
    public static Terminal system(String program) {
        return new Terminal(
                program,
                System.in,
                stream(FileDescriptor.out, false),
                stream(FileDescriptor.err, true));
    }

    private static PrintStream stream(FileDescriptor descriptor, boolean autoFlush) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)),
                autoFlush,
                StandardCharsets.UTF_8);
    }

    /** Returns this terminal for a command of another name. */
    public Terminal as(String otherProgram) {
        return new Terminal(otherProgram, in, out, err);
    }

    /** Returns the name under which messages are printed. */
    public String program() {
        return program;
    }

    /** Returns standard input. */
    public InputStream in() {
        return in;
    }

    /** Returns standard output. */
    public PrintStream out() {
        return out;
    }

    /** Returns standard error. */
    public PrintStream err() {
        return err;
    }

    /** Prints a line under the program's name on standard error. */
    public void error(String message) {
        err.print(program + ": " + message + "\n");
        err.flush();
    }

    /**
     * Runs a program and returns its exit code: 1, after one line, if it failed in a way that it
     * does not know itself. Where that came from is logged at the level debug.
     */
    public int guard(IntSupplier program) {
        try {
            return program.getAsInt();
        } catch (RuntimeException | Error defect) {
            LoggerFactory.getLogger(Terminal.class).debug("not expected", defect);
            error("failed by a defect: " + defect);
            return 1;
        }
    }

    /** Prints a warning likewise. */
    public void warning(String message) {
        error("warning: " + message);
    }

    /** Prints a line on standard output. */
    public void line(String text) {
        out.print(text + "\n");
    }

    /** Sends out what is buffered. */
    public void flush() {
        out.flush();
        err.flush();
    }
}
