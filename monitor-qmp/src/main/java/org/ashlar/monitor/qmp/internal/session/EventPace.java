package org.ashlar.monitor.qmp.internal.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.ashlar.spi.control.Event;

/**
 * Tells events at the pace that QMP promises: of those that a disk in trouble causes with every
 * request, one per second and source. Guarded by {@code lock}, which is not held over the listener.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: the first event of a source is told at once; of those that follow within a second, the
 *       last one is told when the second is over, and begins another.
 *   <li>I2: a source whose second ended without an event is forgotten.
 * </ul>
 *
 * <p>Source: QMP specification, "Asynchronous events"; that reports of bad children are counted by
 * child was observed.
 */
final class EventPace {

    /** The events that are limited, with the members that tell their sources apart. */
    private static final Map<String, List<String>> LIMITED =
            Map.of("QUORUM_REPORT_BAD", List.of("node-name"), "QUORUM_FAILURE", List.of());

    private final Consumer<Event> listener;
    private final Executor secondLater;
    private final ReentrantLock lock = new ReentrantLock();

    /** The sources whose second runs, with the event to tell at its end. */
    @GuardedBy("lock")
    private final Map<List<Object>, Optional<Event>> running = new HashMap<>();

    /**
     * Makes a pace.
     *
     * @param listener told of events; must not throw
     * @param secondLater runs what it is given after a second
     */
    EventPace(Consumer<Event> listener, Executor secondLater) {
        this.listener = listener;
        this.secondLater = secondLater;
    }

    /** Tells an event, now, later, or, if another follows in time, never. */
    void tell(Event event) {
        List<String> members = LIMITED.get(event.name());
        if (members == null) {
            listener.accept(event);
            return;
        }
        List<Object> source =
                List.of(event.name(), members.stream().map(event.data()::get).toList());
        if (begins(source, event)) {
            listener.accept(event);
            secondLater.execute(() -> secondEnds(source));
        }
    }

    /** Returns whether a second begins; otherwise the event waits for the end of one. */
    private boolean begins(List<Object> source, Event event) {
        lock.lock();
        try {
            boolean begins = !running.containsKey(source);
            running.put(source, begins ? Optional.empty() : Optional.of(event));
            return begins;
        } finally {
            lock.unlock();
        }
    }

    private void secondEnds(List<Object> source) {
        Optional<Event> last = take(source);
        if (last.isPresent()) {
            listener.accept(last.get());
            secondLater.execute(() -> secondEnds(source));
        }
    }

    private Optional<Event> take(List<Object> source) {
        lock.lock();
        try {
            Optional<Event> last = running.getOrDefault(source, Optional.empty());
            if (last.isPresent()) {
                running.put(source, Optional.empty());
            } else {
                running.remove(source); // I2
            }
            return last;
        } finally {
            lock.unlock();
        }
    }
}
