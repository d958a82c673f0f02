package org.ashlar.monitor.qmp.internal.session;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** The monitors that run, by the ids of their character devices. Thread-safe. */
public final class Monitors {

    private final Map<String, QmpMonitor> running = new ConcurrentSkipListMap<>();

    /** Adds a monitor. */
    public void add(String id, QmpMonitor monitor) {
        running.put(id, monitor);
    }

    /** Forgets a monitor. */
    public void remove(String id) {
        running.remove(id);
    }

    /** Returns the answer to {@code query-chardev}. */
    public List<Map<String, Object>> describe() {
        return running.entrySet().stream()
                .map(entry -> describe(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Map<String, Object> describe(String id, QmpMonitor monitor) {
        String fileName = monitor.device().fileName();
        boolean disconnected = monitor.device().endsReads() && !monitor.hasClient();
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("frontend-open", true);
        device.put("filename", disconnected ? "disconnected:" + fileName : fileName);
        device.put("label", id);
        return device;
    }
}
