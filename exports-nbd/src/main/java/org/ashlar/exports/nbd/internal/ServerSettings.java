package org.ashlar.exports.nbd.internal;

/**
 * What the server is told when it starts. Immutable.
 *
 * @param address where to listen
 * @param maxConnections how many clients there may be at a time, 0 for any number
 * @param handshakeSeconds how long a client may take to choose an export, 0 for any time
 */
record ServerSettings(ListenAddress address, long maxConnections, long handshakeSeconds) {}
