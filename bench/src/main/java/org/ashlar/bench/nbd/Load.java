package org.ashlar.bench.nbd;

import java.time.Duration;

/**
 * What to do to a server. Immutable.
 *
 * @param uri where it is
 * @param operation what each request does
 * @param blockSize the length of each request in bytes; offsets are multiples of it
 * @param depth requests in flight per connection
 * @param time how long new requests are sent
 * @param seed of the offsets
 */
public record Load(
        NbdUri uri, Operation operation, int blockSize, int depth, Duration time, long seed) {

    /** What a request does. */
    public enum Operation {
        READ(0),
        WRITE(1),
        ZERO(6);

        private final int command;

        Operation(int command) {
            this.command = command;
        }

        /** Returns its number in the protocol. */
        int command() {
            return command;
        }
    }

    public Load {
        if (blockSize < 1 || blockSize > 1 << 25 || depth < 1 || depth > 1024) {
            throw new IllegalArgumentException("block size " + blockSize + ", depth " + depth);
        }
    }
}
