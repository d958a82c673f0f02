package org.ashlar.exports.nbd.internal.session;

/**
 * Decides whether a request is one the client may make, sections "Command flags", "Request types",
 * "Error values". Immutable.
 */
final class Checks {
    private final Negotiated negotiated;
    private final boolean contexts;

    Checks(Negotiated negotiated) {
        this.negotiated = negotiated;
        this.contexts = !negotiated.contexts().isEmpty();
    }

    /** Returns 0, or the NBD error that answers the request. */
    int error(RequestHeader header) {
        int type = header.type();
        if (type > Wire.CMD_BLOCK_STATUS
                || type == Wire.CMD_DISC
                || (header.flags() & ~validFlags(type)) != 0) {
            return Wire.EINVAL;
        }
        return switch (type) {
            case Wire.CMD_READ, Wire.CMD_CACHE -> limited(header, Wire.EINVAL);
            case Wire.CMD_WRITE -> write(header);
            case Wire.CMD_TRIM -> writable() ? range(header, Wire.EINVAL) : Wire.EPERM;
            case Wire.CMD_WRITE_ZEROES -> writable() ? range(header, Wire.ENOSPC) : Wire.EPERM;
            case Wire.CMD_BLOCK_STATUS -> status(header);
            default -> 0; // a flush: offset and length are reserved
        };
    }

    private int validFlags(int type) {
        boolean extended = negotiated.mode() == Mode.EXTENDED;
        return Wire.FLAG_FUA
                | switch (type) {
                    case Wire.CMD_READ -> negotiated.mode() == Mode.SIMPLE ? 0 : Wire.FLAG_DF;
                    case Wire.CMD_WRITE -> extended ? Wire.FLAG_PAYLOAD_LEN : 0;
                    case Wire.CMD_WRITE_ZEROES -> Wire.FLAG_NO_HOLE | Wire.FLAG_FAST_ZERO;
                    case Wire.CMD_BLOCK_STATUS ->
                            Wire.FLAG_REQ_ONE | (extended && contexts ? Wire.FLAG_PAYLOAD_LEN : 0);
                    default -> 0;
                };
    }

    private boolean writable() {
        return negotiated.offer().writable();
    }

    /** In the extended style a write without a payload is none. */
    private int write(RequestHeader header) {
        if (negotiated.mode() == Mode.EXTENDED && !header.has(Wire.FLAG_PAYLOAD_LEN)) {
            return Wire.EINVAL;
        }
        return writable() ? limited(header, Wire.ENOSPC) : Wire.EPERM;
    }

    private int limited(RequestHeader header, int pastEnd) {
        return Long.compareUnsigned(header.length(), Wire.MAX_PAYLOAD) > 0
                ? Wire.EINVAL
                : range(header, pastEnd);
    }

    private int status(RequestHeader header) {
        if (!contexts) {
            return Wire.EINVAL;
        }
        if (!header.has(Wire.FLAG_PAYLOAD_LEN)) {
            return statusRange(header);
        }
        // The range stands in the payload, before the numbers of contexts.
        int longest = Long.BYTES + Integer.BYTES * negotiated.contexts().size();
        return header.length() <= longest ? 0 : Wire.EINVAL;
    }

    /** Checks the range of a block status whose length is that of its effect. */
    int statusRange(RequestHeader header) {
        return header.length() == 0 ? Wire.EINVAL : range(header, Wire.EINVAL);
    }

    private int range(RequestHeader header, int pastEnd) {
        long end = negotiated.length();
        boolean inside =
                header.offset() >= 0
                        && header.length() >= 0
                        && header.offset() <= end
                        && header.length() <= end - header.offset();
        return inside ? 0 : pastEnd;
    }
}
