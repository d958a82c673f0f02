package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;

/** The client broke the protocol, or a limit, in a way that ends its connection. Immutable. */
public final class MalformedException extends IOException {
    private static final long serialVersionUID = 1;

    /** Makes an error whose message is the reason for the log. */
    MalformedException(String reason) {
        super(reason);
    }
}
