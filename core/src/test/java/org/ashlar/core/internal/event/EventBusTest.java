package org.ashlar.core.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Events;
import org.junit.jupiter.api.Test;

class EventBusTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private final EventBus bus = new EventBus(Clock.fixed(NOW, ZoneOffset.UTC));
    private final List<Event> heard = new ArrayList<>();

    @Test
    void publish_whenTwoListen_tellsBothWithMembersInOrder() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("z", 1L);
        data.put("a", "x");
        bus.subscribe(heard::add);
        bus.subscribe(heard::add);

        bus.publish("THING", data);

        Event expected = new Event("THING", data, NOW);
        assertEquals(List.of(expected, expected), heard);
        assertEquals(List.of("z", "a"), List.copyOf(heard.getFirst().data().keySet()));
    }

    @Test
    void publish_whenAListenerThrows_stillTellsTheNext() {
        bus.subscribe(_ -> {
            throw new IllegalStateException("listener of a test");
        });
        bus.subscribe(heard::add);

        bus.publish("THING", Map.of());

        assertEquals(1, heard.size());
    }

    @Test
    void close_whenOneOfTwoEqualSubscriptions_endsThatOneOnly() {
        Consumer<Event> listener = heard::add;
        var first = bus.subscribe(listener);
        bus.subscribe(listener);

        first.close();
        first.close();
        bus.publish("THING", Map.of());

        assertEquals(1, heard.size());
    }

    @Test
    void close_whileBeingTold_endsItForTheNextEvent() {
        List<Events.Subscription> own = new ArrayList<>();
        own.add(
                bus.subscribe(event -> {
                    heard.add(event);
                    own.getFirst().close();
                }));

        bus.publish("FIRST", Map.of());
        bus.publish("SECOND", Map.of());

        assertEquals(List.of("FIRST"), heard.stream().map(Event::name).toList());
    }
}
