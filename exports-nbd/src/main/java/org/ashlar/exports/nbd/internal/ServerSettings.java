package org.ashlar.exports.nbd.internal;

import java.util.List;

/**
 * What the server is told when it starts. Immutable.
 *
 * @param addresses where to listen, at least one
 * @param maxConnections how many clients there may be at a time, 0 for any number
 * @param handshakeSeconds how long a client may take to choose an export, 0 for any time
 */
record ServerSettings(List<ListenAddress> addresses, long maxConnections, long handshakeSeconds) {
    ServerSettings {
        addresses = List.copyOf(addresses);
    }
}
