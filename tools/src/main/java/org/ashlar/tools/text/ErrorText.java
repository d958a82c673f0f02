package org.ashlar.tools.text;

import java.io.IOException;
import org.ashlar.spi.BlockException;

/** Words errors as the C library does, for requests whose message the reference leaves out. */
public final class ErrorText {

    private ErrorText() {}

    /** Returns the C library's text for what went wrong. */
    public static String of(IOException error) {
        return error instanceof BlockException block ? of(block.kind()) : "Input/output error";
    }

    private static String of(BlockException.Kind kind) {
        return switch (kind) {
            case IO, CORRUPT, GONE -> "Input/output error";
            case NO_SPACE -> "No space left on device";
            case INVALID -> "Invalid argument";
            case UNSUPPORTED -> "Operation not supported";
            case NOT_PERMITTED -> "Operation not permitted";
            case NOT_FOUND -> "No such file or directory";
            case BUSY -> "Device or resource busy";
            case CANCELLED -> "Operation canceled";
            case WOULD_BLOCK -> "Resource temporarily unavailable";
        };
    }
}
