package org.ashlar.drivers.nbd.internal;

import java.io.IOException;

/** Says that a server refuses what was asked in the handshake. Immutable. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
        super(message);
    }
}
