package org.ashlar.core.internal.io;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.ashlar.core.InFlight;

/**
 * Remembers of each request in flight who began it and when, where that is asked for. Thread-safe.
 */
public final class RequestTrace {
    private final boolean enabled;
    private final Map<CoreRequest, Begun> begun = new ConcurrentHashMap<>();

    private record Begun(String source, String thread, long nanos) {}

    public RequestTrace(boolean enabled) {
        this.enabled = enabled;
    }

    boolean isEnabled() {
        return enabled;
    }

    void began(CoreRequest request, String source) {
        Thread thread = Thread.currentThread();
        begun.put(
                request,
                new Begun(source, thread.getName() + "#" + thread.threadId(), System.nanoTime()));
    }

    void ended(CoreRequest request) {
        begun.remove(request);
    }

    /** Returns the requests in flight, the oldest first; empty where tracing is off. */
    public List<InFlight> inFlight() {
        long now = System.nanoTime();
        return begun.values().stream()
                .map(one -> new InFlight(one.source, one.thread, Duration.ofNanos(now - one.nanos)))
                .sorted(Comparator.comparing(InFlight::age).reversed())
                .toList();
    }
}
