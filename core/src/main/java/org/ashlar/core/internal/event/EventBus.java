package org.ashlar.core.internal.event;

import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Events;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands every event to every listener, on the thread that tells it. Thread-safe: the list of
 * listeners is copied when it changes, so no lock is held over a listener.
 */
public final class EventBus implements Events {
    private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Clock clock;

    /** Makes a bus without listeners that stamps events with the system's time. */
    @Inject
    public EventBus() {
        this(Clock.systemUTC());
    }

    EventBus(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void publish(String name, Map<String, Object> data) {
        Event event = new Event(name, data, clock.instant());
        listeners.forEach(listener -> listener.tell(event));
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        Listener added = new Listener(listener);
        listeners.add(added);
        return () -> listeners.remove(added);
    }

    /** One subscription: equal to itself only, so that a listener may subscribe twice. */
    private static final class Listener {
        private final Consumer<Event> consumer;

        Listener(Consumer<Event> consumer) {
            this.consumer = consumer;
        }

        void tell(Event event) {
            try {
                consumer.accept(event);
            } catch (RuntimeException | LinkageError e) {
                LOG.warn("A listener failed on event {}", event.name(), e);
            }
        }
    }
}
