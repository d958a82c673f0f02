package org.ashlar.dist;

import org.apache.felix.framework.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Brings what the framework has to say into the daemon's log. Thread-safe. */
final class FelixLog extends Logger {
    private final org.slf4j.Logger log = LoggerFactory.getLogger("framework");

    @Override
    protected void doLog(int level, String message, @Nullable Throwable thrown) {
        log.atLevel(slf4jLevel(level)).setCause(thrown).log(message);
    }

    private static Level slf4jLevel(int level) {
        return switch (level) {
            case LOG_ERROR -> Level.ERROR;
            case LOG_WARNING -> Level.WARN;
            // What the framework calls information is of use only to those who look into it.
            default -> Level.DEBUG;
        };
    }
}
