package org.ashlar.drivers.quorum.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.Request;

/**
 * Tells what went wrong in a quorum, as the events {@code QUORUM_REPORT_BAD} and {@code
 * QUORUM_FAILURE} of QMP. Immutable.
 *
 * @param nodeName the quorum's own node
 * @param children its children
 * @param events takes an event's name and members
 */
record Reporter(
        String nodeName, List<Child> children, BiConsumer<String, Map<String, Object>> events) {

    /** The unit in which the events count. */
    private static final int SECTOR = 512;

    /** What was tried, as the event names it; every change is a write. */
    enum Type {
        READ("read"),
        WRITE("write"),
        FLUSH("flush");

        private final String text;

        Type(String text) {
            this.text = text;
        }
    }

    Reporter {
        children = List.copyOf(children);
    }

    /**
     * What a child did wrong.
     *
     * @param type what was tried
     * @param child which one
     * @param error why it failed; empty if it was outvoted
     */
    record Bad(Type type, int child, Optional<? extends Exception> error) {}

    /** Tells that a child failed, or, without an error, that it was outvoted. */
    void bad(Request request, Bad bad, Range range) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("node-name", children.get(bad.child).nodeName(request));
        putSectors(data, range);
        data.put("type", bad.type.text);
        bad.error.ifPresent(failed -> data.put("error", errorText(failed)));
        events.accept("QUORUM_REPORT_BAD", data);
    }

    /** Tells that too few children agreed. */
    void failure(Range range) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("reference", nodeName);
        putSectors(data, range);
        events.accept("QUORUM_FAILURE", data);
    }

    private static void putSectors(Map<String, Object> data, Range range) {
        long first = range.offset() / SECTOR;
        long end = (range.offset() + range.length() + SECTOR - 1) / SECTOR;
        data.put("sectors-count", end - first);
        data.put("sector-num", first);
    }

    /** Words an error as the C library does, for the event's readers. */
    private static String errorText(Exception error) {
        BlockException.Kind kind =
                error instanceof BlockException known ? known.kind() : BlockException.Kind.IO;
        return switch (kind) {
            case NO_SPACE -> "No space left on device";
            case INVALID -> "Invalid argument";
            case UNSUPPORTED -> "Operation not supported";
            case NOT_PERMITTED -> "Operation not permitted";
            case NOT_FOUND -> "No such file or directory";
            case BUSY -> "Device or resource busy";
            case CANCELLED -> "Operation canceled";
            case IO, CORRUPT, GONE, WOULD_BLOCK -> "Input/output error";
        };
    }
}
