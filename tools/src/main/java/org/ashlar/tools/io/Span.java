package org.ashlar.tools.io;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.tools.image.Lane;
import org.ashlar.tools.io.IoCommand.BadArgument;

/** A range of bytes of the image. Immutable. */
record Span(long offset, long length) {

    /** Reads an offset and several lengths, one behind the other. */
    static Span ofVector(List<String> operands) throws BadArgument {
        long offset = Arguments.bytes(operands.getFirst());
        long sum = 0;
        for (String operand : operands.subList(1, operands.size())) {
            long length = Arguments.bytes(operand);
            if (length > Arguments.MAX_REQUEST) {
                throw new BadArgument(
                        "Argument '" + operand + "' exceeds maximum size " + Arguments.MAX_REQUEST);
            }
            sum += length;
        }
        if (sum > Arguments.MAX_REQUEST) {
            throw new BadArgument(
                    "The total number of bytes exceed the maximum size " + Arguments.MAX_REQUEST);
        }
        return new Span(offset, sum);
    }

    /**
     * Checks that the image is long enough.
     *
     * @throws BlockException of kind {@code IO}, as the reference has it
     */
    void checkWithin(Lane lane) throws IOException {
        if (length > lane.length() - offset) {
            throw new BlockException(
                    BlockException.Kind.IO, "offset " + offset + " is past the end");
        }
    }
}
