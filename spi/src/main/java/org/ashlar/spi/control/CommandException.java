package org.ashlar.spi.control;

import java.io.IOException;

/**
 * A failed command of an error class that clients look at; all other failures are reported as
 * {@link ErrorClass#GENERIC_ERROR}. Immutable.
 */
public final class CommandException extends IOException {

    private static final long serialVersionUID = 1;

    /** The classes of QMP. */
    public enum ErrorClass {
        GENERIC_ERROR("GenericError"),
        COMMAND_NOT_FOUND("CommandNotFound"),
        DEVICE_NOT_ACTIVE("DeviceNotActive"),
        DEVICE_NOT_FOUND("DeviceNotFound"),
        KVM_MISSING_CAP("KVMMissingCap");

        private final String text;

        ErrorClass(String text) {
            this.text = text;
        }

        /** Returns the class as it is sent. */
        public String text() {
            return text;
        }
    }

    private final ErrorClass errorClass;

    /** Makes an error with one line for the user. */
    public CommandException(ErrorClass errorClass, String message) {
        super(message);
        this.errorClass = errorClass;
    }

    /** Returns its class. */
    public ErrorClass errorClass() {
        return errorClass;
    }
}
