package org.ashlar.drivers.nbd.internal;

import java.io.IOException;

/** Says that a server does not keep to the protocol, so that its connection must end. Immutable. */
final class MalformedException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
        super("the server breaks the NBD protocol: " + message);
    }
}
