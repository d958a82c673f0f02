package org.ashlar.drivers.qcow2.internal;

import java.time.Duration;
import java.util.Map;
import org.ashlar.spi.Background;
import org.ashlar.spi.Request;

/** The background of an image that is being created: nobody else can reach it. Immutable. */
final class NoBackground implements Background {
    @Override
    public boolean tryStart(String name, Request.Work work) {
        return false;
    }

    @Override
    public Schedule every(String name, Duration interval, Request.Work work) {
        return () -> {};
    }

    @Override
    public void mappingChanged(long offset, long length) {}

    @Override
    public void afterGrace(Runnable action) {
        action.run();
    }

    @Override
    public void corrupted(String message, long offset, long length, boolean fatal) {}

    @Override
    public void report(String event, Map<String, Object> data) {}
}
