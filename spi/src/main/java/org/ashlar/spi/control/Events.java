package org.ashlar.spi.control;

import java.util.Map;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** Where events are told and heard. Thread-safe. */
@ProviderType
public interface Events {

    /** Tells every listener; a listener that throws holds up no other. */
    void publish(String name, Map<String, Object> data);

    /** Adds a listener, called on the publisher's thread: it must hand on and return. */
    Subscription subscribe(Consumer<Event> listener);

    /** A listener's place; closing it ends it. */
    @ProviderType
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
