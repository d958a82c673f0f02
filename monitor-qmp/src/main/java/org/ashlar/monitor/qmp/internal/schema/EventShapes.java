package org.ashlar.monitor.qmp.internal.schema;

import static org.ashlar.spi.control.Shape.BOOLEAN;
import static org.ashlar.spi.control.Shape.INTEGER;
import static org.ashlar.spi.control.Shape.TEXT;
import static org.ashlar.spi.control.Shape.choice;
import static org.ashlar.spi.control.Shape.member;
import static org.ashlar.spi.control.Shape.object;
import static org.ashlar.spi.control.Shape.optional;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.option.Option;

/** What the protocol's events look like. Stateless. */
final class EventShapes {

    private static final Shape JOB_TYPE =
            choice("commit", "stream", "mirror", "backup", "create", "amend");
    private static final Shape OPERATION = choice("read", "write");
    private static final Shape ACTION = choice("ignore", "report", "stop");

    private static final Shape PROGRESS =
            object(
                    member("type", JOB_TYPE),
                    member("device", TEXT),
                    member("len", INTEGER),
                    member("offset", INTEGER),
                    member("speed", INTEGER));

    private EventShapes() {}

    /** Returns the events by name, in the order they are listed. */
    static Map<String, Shape> all() {
        Map<String, Shape> events = new LinkedHashMap<>();
        events.put(
                "JOB_STATUS_CHANGE",
                object(
                        member("id", TEXT),
                        member(
                                "status",
                                choice(
                                        Stream.of(JobStatus.values())
                                                .map(Option::textOf)
                                                .toArray(String[]::new)))));
        putJobs(events);
        putNodes(events);
        events.put("BLOCK_EXPORT_DELETED", object(member("id", TEXT)));
        return events;
    }

    private static void putJobs(Map<String, Shape> events) {
        events.put(
                "BLOCK_JOB_COMPLETED",
                object(
                        member("type", JOB_TYPE),
                        member("device", TEXT),
                        member("len", INTEGER),
                        member("offset", INTEGER),
                        member("speed", INTEGER),
                        optional("error", TEXT)));
        events.put("BLOCK_JOB_CANCELLED", PROGRESS);
        events.put("BLOCK_JOB_READY", PROGRESS);
        events.put(
                "BLOCK_JOB_ERROR",
                object(
                        member("device", TEXT),
                        member("operation", OPERATION),
                        member("action", ACTION)));
        events.put("BLOCK_JOB_PENDING", object(member("type", JOB_TYPE), member("id", TEXT)));
    }

    private static void putNodes(Map<String, Shape> events) {
        events.put(
                "BLOCK_IMAGE_CORRUPTED",
                object(
                        member("device", TEXT),
                        optional("node-name", TEXT),
                        member("msg", TEXT),
                        optional("offset", INTEGER),
                        optional("size", INTEGER),
                        member("fatal", BOOLEAN)));
        events.put(
                "QUORUM_FAILURE",
                object(
                        member("reference", TEXT),
                        member("sector-num", INTEGER),
                        member("sectors-count", INTEGER)));
        events.put(
                "QUORUM_REPORT_BAD",
                object(
                        member("type", choice("read", "write", "flush")),
                        optional("error", TEXT),
                        member("node-name", TEXT),
                        member("sector-num", INTEGER),
                        member("sectors-count", INTEGER)));
    }
}
