package org.ashlar.monitor.qmp.internal.session;

import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandException;
import org.ashlar.spi.control.CommandException.ErrorClass;
import org.ashlar.spi.control.Event;

/** Makes what the server sends: greeting, answers, errors, events. Stateless. */
final class Answers {

    private Answers() {}

    /** Returns the greeting. */
    static Map<String, Object> greeting() {
        Map<String, Object> greeting = new LinkedHashMap<>();
        greeting.put("version", Compatibility.version());
        greeting.put("capabilities", List.of("oob"));
        return Map.of("QMP", greeting);
    }

    /** Returns the answer of a command that succeeded. */
    static Map<String, Object> success(Object result, Optional<Object> id) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("return", result);
        id.ifPresent(value -> answer.put("id", value));
        return answer;
    }

    /** Returns the answer of a command that failed. */
    static Map<String, Object> failure(Exception failure, Optional<Object> id) {
        ErrorClass errorClass =
                failure instanceof CommandException classified
                        ? classified.errorClass()
                        : ErrorClass.GENERIC_ERROR;
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("class", errorClass.text());
        error.put("desc", description(failure));
        Map<String, Object> answer = new LinkedHashMap<>();
        id.ifPresent(value -> answer.put("id", value));
        answer.put("error", error);
        return answer;
    }

    /** What is not meant for users is named as what it is; hints are for command lines. */
    private static String description(Exception failure) {
        if (failure instanceof BlockException known) {
            return known.summary();
        }
        String message = failure.getMessage();
        return failure instanceof RuntimeException || message == null
                ? "Internal error: " + failure
                : message;
    }

    /** Returns an event as it is sent. */
    static Map<String, Object> event(Event event) {
        Instant time = event.time();
        Map<String, Object> stamp = new LinkedHashMap<>();
        stamp.put("seconds", time.getEpochSecond());
        stamp.put("microseconds", time.get(ChronoField.MICRO_OF_SECOND));
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("timestamp", stamp);
        told.put("event", event.name());
        if (!event.data().isEmpty()) {
            told.put("data", event.data());
        }
        return told;
    }
}
