package org.ashlar.exports.nbd.internal;

import java.util.List;

/**
 * What the server is told when it starts. Immutable.
 *
 * @param addresses where to listen, at least one
 * @param maxConnections how many clients there may be at a time, 0 for any number
 * @param handshakeSeconds how long a client may take to choose an export, 0 for any time
 * @param awaitsExport whether clients are to wait until there is an export to choose
 */
record ServerSettings(
        List<ListenAddress> addresses,
        long maxConnections,
        long handshakeSeconds,
        boolean awaitsExport) {
    ServerSettings {
        addresses = List.copyOf(addresses);
    }
}
