package org.ashlar.spi;

import java.io.IOException;

/**
 * A failed request or control call, of a kind that an export or the monitor can report. Immutable.
 */
public final class BlockException extends IOException {
    private static final long serialVersionUID = 1;

    /** What went wrong, in terms that NBD, QMP and errno have in common. */
    public enum Kind {
        /** The storage failed ({@code EIO}). */
        IO,
        /** The storage is full ({@code ENOSPC}). */
        NO_SPACE,
        /** An argument, option or image is not what it should be ({@code EINVAL}). */
        INVALID,
        /** The node cannot do this at all ({@code ENOTSUP}). */
        UNSUPPORTED,
        /** A permission, lock or policy forbids it ({@code EPERM}). */
        NOT_PERMITTED,
        /** What was named does not exist ({@code ENOENT}). */
        NOT_FOUND,
        /** The image contradicts itself; the driver has stopped writing to it. */
        CORRUPT,
        /** Another user is in the way; trying again later may work ({@code EBUSY}). */
        BUSY,
        /** The driver or the peer behind the node has gone. */
        GONE,
        /** The request or job was cancelled, or its deadline has passed. */
        CANCELLED,
        /** Only of a request that must not block: it would have to, and has had no effect. */
        WOULD_BLOCK
    }

    /**
     * Shared and without a stack trace: it is control flow of the hot path, never shown to a user.
     */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    private static final BlockException WOULD_BLOCK =
            new BlockException(Kind.WOULD_BLOCK, "the request would block");

    private final Kind kind;

    /**
     * Makes an error with a message of one line that names what failed, where, and what was
     * expected.
     */
    public BlockException(Kind kind, String message) {
        this.kind = kind;
        super(message);
    }

    /** Makes an error that keeps the reason for the log. */
    public BlockException(Kind kind, String message, Throwable cause) {
        this.kind = kind;
        super(message, cause);
    }

    /**
     * Returns the answer of a request that must not block, has had no effect, and would have to
     * wait.
     */
    public static BlockException wouldBlock() {
        return WOULD_BLOCK;
    }

    /** Returns the answer to an operation that the node does not have. */
    public static BlockException unsupported(String what) {
        return new BlockException(Kind.UNSUPPORTED, what + " is not supported");
    }

    /** Returns an error about an argument, an option or an image. */
    public static BlockException invalid(String message) {
        return new BlockException(Kind.INVALID, message);
    }

    /** Returns what went wrong, for the caller's protocol. */
    public Kind kind() {
        return kind;
    }

    // The kind is set before the constructor of Throwable asks for the trace.
    /** Leaves the trace out for {@link Kind#WOULD_BLOCK}, which is thrown per request. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return kind == Kind.WOULD_BLOCK ? this : super.fillInStackTrace();
    }
}
