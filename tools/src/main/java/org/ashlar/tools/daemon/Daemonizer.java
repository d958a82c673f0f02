package org.ashlar.tools.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.tools.ToolFailure;

/**
 * Puts a daemon into the background. Immutable.
 *
 * <p>A JVM cannot fork: it starts its own command line once more, in a session of its own, and
 * waits until that process says on its standard output that it is ready, or ends. Messages of the
 * start appear on the first one's standard error.
 */
public final class Daemonizer {

    /** Set in the process that is in the background. */
    private static final String DETACHED = "ashlar.daemon.detached";

    private static final String READY = "ready\n";

    private final boolean detached;
    private final List<String> command;

    Daemonizer(boolean detached, List<String> command) {
        this.detached = detached;
        this.command = List.copyOf(command);
    }

    /** Returns what puts this very process's command line into the background. */
    public static Daemonizer ofProcess() {
        return new Daemonizer(Boolean.getBoolean(DETACHED), ownCommand());
    }

    /** The same JVM with the same options; the mark stands first, among the JVM's own. */
    private static List<String> ownCommand() {
        try {
            String[] words = Files.readString(Path.of("/proc/self/cmdline")).split("\0", -1);
            List<String> command = new ArrayList<>();
            command.add(Path.of("/proc/self/exe").toRealPath().toString());
            command.add("-D" + DETACHED + "=true");
            command.addAll(List.of(words).subList(1, words.length - 1));
            return command;
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Returns whether this process is in the background already. */
    public boolean isDetached() {
        return detached;
    }

    /** Starts the process in the background and returns the exit code for this one. */
    public int detach() throws ToolFailure {
        if (command.isEmpty()) {
            throw ToolFailure.of("cannot find out how this process was started");
        }
        List<String> session = new ArrayList<>(List.of("setsid"));
        session.addAll(command);
        try {
            Process process =
                    new ProcessBuilder(session)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            return isReady(process.getInputStream()) ? 0 : process.waitFor();
        } catch (IOException e) {
            throw ToolFailure.of("cannot start in the background: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** Reads to the end, which comes when the process has let go of its output, or has ended. */
    private static boolean isReady(InputStream from) throws IOException {
        String said = new String(from.readAllBytes(), StandardCharsets.US_ASCII);
        return said.endsWith(READY);
    }

    /** Says, in the background, that all is started, and lets go of the terminal. */
    public void ready() throws ToolFailure {
        if (detached) {
            try {
                StandardStreams.say(READY);
                StandardStreams.detach();
            } catch (IOException e) {
                throw ToolFailure.of("cannot go to the background: " + e.getMessage());
            }
        }
    }
}
