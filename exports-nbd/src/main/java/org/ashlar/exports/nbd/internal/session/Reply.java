package org.ashlar.exports.nbd.internal.session;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.Buffers.Buffer;

/**
 * A reply that waits to be written. Handed from the thread that made it to the one that writes it.
 *
 * @param pieces its bytes, in order
 * @param data the memory some of them lie in, given back once it is written or dropped
 * @param place what it takes of the window, in bytes
 */
record Reply(List<ByteBuffer> pieces, Optional<Buffer> data, long place) {

    Reply {
        pieces = List.copyOf(pieces);
    }
}
