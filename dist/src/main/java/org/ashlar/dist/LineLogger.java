package org.ashlar.dist;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * Prints one line each on standard error: level, source, message; and what was thrown below.
 * Immutable.
 *
 * <p>The system property {@value #LEVEL} is the least level that is printed, {@code error} without
 * it; if {@value #TIME} is set, the time is put in front.
 */
final class LineLogger extends LegacyAbstractLogger {
    static final String LEVEL = "ashlar.log.level";
    static final String TIME = "ashlar.log.time";

    private static final long serialVersionUID = 1;

    LineLogger(String name) {
        this.name = name;
    }

    private static boolean prints(Level level) {
        return level.toInt() >= Settled.LEAST.toInt();
    }

    @Override
    public boolean isTraceEnabled() {
        return prints(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return prints(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return prints(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return prints(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return prints(Level.ERROR);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String message,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        String source = name.substring(name.lastIndexOf('.') + 1);
        String text = MessageFormatter.basicArrayFormat(message, arguments);
        print(Settled.time() + level + " " + source + " - " + text, thrown);
    }

    private static void print(String line, @Nullable Throwable thrown) {
        PrintStream errors = Settled.ERRORS;
        synchronized (errors) { // so that lines of others do not come between
            errors.println(line);
            if (thrown != null) {
                thrown.printStackTrace(errors);
            }
            errors.flush();
        }
    }

    /** What is settled by whoever logs first. Immutable. */
    private static final class Settled {
        static final Level LEAST =
                Level.valueOf(System.getProperty(LEVEL, "error").toUpperCase(Locale.ROOT));
        static final PrintStream ERRORS =
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.err)),
                        false,
                        StandardCharsets.UTF_8);

        private Settled() {}

        static String time() {
            return System.getProperty(TIME) == null ? "" : Times.now() + " ";
        }
    }

    /** Loaded only if a time is to be printed. Stateless. */
    private static final class Times {
        private static final DateTimeFormatter FORMAT =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT);

        private Times() {}

        static String now() {
            return FORMAT.format(ZonedDateTime.now(ZoneId.systemDefault()));
        }
    }
}
