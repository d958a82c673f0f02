package org.ashlar.exports.nbd.internal.session;

import java.util.List;
import org.ashlar.spi.Capabilities;

/**
 * What a handshake ended with. Immutable.
 *
 * @param offer the export
 * @param mode how requests and replies look
 * @param length the export's length in bytes as the client was told
 * @param contexts the metadata contexts that the client selected
 */
public record Negotiated(Offer offer, Mode mode, long length, List<MetaContext> contexts) {

    public Negotiated {
        contexts = List.copyOf(contexts);
    }

    /**
     * Returns the transmission flags of an export; as the reference, cache requests and fast zeroes
     * are always offered.
     *
     * @param multiConn whether clients may open several connections: flushes reach all of them, as
     *     nothing is cached per connection
     */
    static int flags(
            Offer offer, Mode mode, boolean multiConn, boolean contexts, Capabilities root) {
        int flags = Wire.HAS_FLAGS | Wire.SEND_FLUSH | Wire.SEND_FUA | Wire.SEND_CACHE;
        if (offer.writable()) {
            flags |= Wire.SEND_WRITE_ZEROES | Wire.SEND_FAST_ZERO;
            flags |= root.has(Capabilities.Feature.DISCARD) ? Wire.SEND_TRIM : 0;
        } else {
            flags |= Wire.READ_ONLY;
        }
        flags |= multiConn ? Wire.CAN_MULTI_CONN : 0;
        flags |= mode == Mode.SIMPLE ? 0 : Wire.SEND_DF;
        return flags | (mode == Mode.EXTENDED && contexts ? Wire.BLOCK_STATUS_PAYLOAD : 0);
    }
}
