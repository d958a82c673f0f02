package org.ashlar.monitor.qmp.internal;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Events;

/** Events told at once on the publisher's thread, all at one instant. */
final class FakeEvents implements Events {

    static final Instant TIME = Instant.ofEpochSecond(1_700_000_000L, 123_456_789L);

    final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

    @Override
    public void publish(String name, Map<String, Object> data) {
        listeners.forEach(listener -> listener.accept(new Event(name, data, TIME)));
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
