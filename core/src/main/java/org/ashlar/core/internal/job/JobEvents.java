package org.ashlar.core.internal.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ashlar.core.internal.event.Outbox;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.source.Access;

/**
 * Words what happens to jobs as QMP events, members in the reference's order. Thread-safe. Events
 * are put under a job's lock, so that they keep their order, and sent without it.
 */
final class JobEvents {
    /** The types of which QMP tells the status alone: those are not block jobs. */
    private static final Set<String> PLAIN_TYPES =
            Set.of("create", "amend", "snapshot-load", "snapshot-save", "snapshot-delete");

    private final Outbox<Named> outbox;

    JobEvents(Events events) {
        this.outbox = new Outbox<>(event -> events.publish(event.name(), event.data()));
    }

    /** An event before it has a time. Immutable. */
    private record Named(String name, Map<String, Object> data) {}

    /** What a block job's events say of its progress. Immutable. */
    record Progress(String id, String type, long total, long current, long speed) {}

    void status(String id, JobStatus status) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("status", Option.textOf(status));
        data.put("id", id);
        outbox.put(new Named("JOB_STATUS_CHANGE", data));
    }

    void ready(Progress progress) {
        progress("BLOCK_JOB_READY", progress, Optional.empty());
    }

    void completed(Progress progress, Optional<String> error) {
        progress("BLOCK_JOB_COMPLETED", progress, error);
    }

    void cancelled(Progress progress) {
        progress("BLOCK_JOB_CANCELLED", progress, Optional.empty());
    }

    void pending(Progress job) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("type", job.type());
        data.put("id", job.id());
        putBlockJob(job.type(), "BLOCK_JOB_PENDING", data);
    }

    void error(Progress job, Access access, ErrorAction action) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("device", job.id());
        data.put("operation", Option.textOf(access));
        data.put("action", Option.textOf(action));
        putBlockJob(job.type(), "BLOCK_JOB_ERROR", data);
    }

    private void progress(String name, Progress progress, Optional<String> error) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("device", progress.id());
        data.put("len", progress.total());
        data.put("offset", progress.current());
        data.put("speed", progress.speed());
        data.put("type", progress.type());
        error.ifPresent(text -> data.put("error", text));
        putBlockJob(progress.type(), name, data);
    }

    private void putBlockJob(String type, String name, Map<String, Object> data) {
        if (!PLAIN_TYPES.contains(type)) {
            outbox.put(new Named(name, data));
        }
    }

    /** Tells what was put; to be called with no lock held. */
    void send() {
        outbox.send();
    }
}
