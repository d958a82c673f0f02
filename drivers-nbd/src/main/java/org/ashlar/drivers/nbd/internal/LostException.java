package org.ashlar.drivers.nbd.internal;

import java.io.IOException;

/** Says that a connection ended before a reply had come: another one may do. Immutable. */
final class LostException extends IOException {
    private static final long serialVersionUID = 1;

    LostException(Throwable reason) {
        super(textOf(reason), reason);
    }

    private static String textOf(Throwable reason) {
        return reason.getMessage() == null ? reason.toString() : reason.getMessage();
    }
}
