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
    private final String hint;

    /**
     * Makes an error with a message of one line that names what failed, where, and what was
     * expected.
     */
    public BlockException(Kind kind, String message) {
        this.kind = kind;
        this.hint = "";
        super(message);
    }

    /** Makes an error that keeps the reason for the log. */
    public BlockException(Kind kind, String message, Throwable cause) {
        this.kind = kind;
        this.hint = "";
        super(message, cause);
    }

    private BlockException(Kind kind, String summary, String hint, Throwable cause) {
        this.kind = kind;
        this.hint = hint;
        super(summary, cause);
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

    /** Returns this error with a second line for who sits at a command line. */
    public BlockException withHint(String line) {
        return new BlockException(kind, summary(), line, this);
    }

    /**
     * Returns this error as part of what was tried, such as {@code "Could not open 'a': "}; a hint
     * is kept.
     */
    public BlockException within(String what) {
        return new BlockException(kind, what + summary(), hint, this);
    }

    /** Returns the message without the hint: what a protocol reports. */
    public String summary() {
        return String.valueOf(super.getMessage());
    }

    /** Returns the message, and on a line of its own the hint if there is one. */
    @Override
    public String getMessage() {
        return hint.isEmpty() ? summary() : summary() + "\n" + hint;
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
