package org.ashlar.itest.harness;

import com.fasterxml.jackson.databind.JsonNode;

/** A command was refused. */
public final class QmpException extends RuntimeException {
    private final String errorClass;

    QmpException(JsonNode error) {
        super(error.get("desc").asText());
        this.errorClass = error.get("class").asText();
    }

    /** Returns the error's class, such as {@code GenericError}. */
    public String errorClass() {
        return errorClass;
    }
}
