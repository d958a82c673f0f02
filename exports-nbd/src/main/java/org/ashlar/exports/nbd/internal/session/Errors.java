package org.ashlar.exports.nbd.internal.session;

import org.ashlar.spi.BlockException;

/** Turns failures into NBD's error values, section "Error values". Stateless. */
final class Errors {

    private Errors() {}

    /**
     * Returns the error value of a failure.
     *
     * @param fastZero whether the request was a fast zero, the only one that may answer "not
     *     supported"
     * @param ending whether the connection is at its end
     */
    static int of(Throwable failure, boolean fastZero, boolean ending) {
        if (!(failure instanceof BlockException block)) {
            return Wire.EIO;
        }
        return switch (block.kind()) {
            case NO_SPACE -> Wire.ENOSPC;
            case INVALID -> Wire.EINVAL;
            case NOT_PERMITTED -> Wire.EPERM;
            case UNSUPPORTED -> fastZero ? Wire.ENOTSUP : Wire.EINVAL;
            case CANCELLED -> ending ? Wire.ESHUTDOWN : Wire.EIO;
            case IO, NOT_FOUND, CORRUPT, BUSY, GONE, WOULD_BLOCK -> Wire.EIO;
        };
    }

    /** Returns a line about a failure, for the client's user. */
    static String message(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof BlockException && message != null ? message : "internal error";
    }
}
