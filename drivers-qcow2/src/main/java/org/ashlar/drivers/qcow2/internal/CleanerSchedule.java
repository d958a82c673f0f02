package org.ashlar.drivers.qcow2.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Optional;
import org.ashlar.spi.Background;
import org.ashlar.spi.Request;

/**
 * Runs the cache cleaner as background work of the node, at an interval that may change. Whoever
 * stops it knows on return that it does not run. Thread-safe.
 */
final class CleanerSchedule {
    private final Background background;
    private final Request.Work cleaning;

    @GuardedBy("this")
    private Optional<Background.Schedule> schedule = Optional.empty();

    CleanerSchedule(Background background, Request.Work cleaning) {
        this.background = background;
        this.cleaning = cleaning;
    }

    /** Runs it once per interval from now on; never, if the interval is zero. */
    synchronized void every(Duration interval) {
        stop();
        if (!interval.isZero()) {
            schedule = Optional.of(background.every("qcow2-cache-clean", interval, cleaning));
        }
    }

    /** Ends it and waits for its end. The cleaning takes no lock of this object. */
    synchronized void stop() {
        schedule.ifPresent(Background.Schedule::close);
        schedule = Optional.empty();
    }
}
