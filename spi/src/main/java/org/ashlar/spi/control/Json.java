package org.ashlar.spi.control;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.BlockException;

/**
 * Reads and prints JSON texts as the control protocol has them; values are those of {@link
 * JsonReader}. Stateless.
 */
public final class Json {

    private Json() {}

    /**
     * Reads a text that is one value.
     *
     * @throws BlockException of kind {@code INVALID}, worded as the reference's
     */
    public static Object parse(String text) throws BlockException {
        List<Object> values = new ArrayList<>();
        List<BlockException> errors = new ArrayList<>();
        JsonReader reader =
                new JsonReader(
                        new JsonReader.Listener() {
                            @Override
                            public void value(Object value) {
                                values.add(value);
                            }

                            @Override
                            public void malformed(BlockException error) {
                                errors.add(error);
                            }
                        });
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        reader.feed(bytes, 0, bytes.length);
        reader.end();
        if (values.size() + errors.size() > 1 && !values.isEmpty()) {
            throw BlockException.invalid("Expecting at most one JSON value");
        }
        if (!errors.isEmpty()) {
            throw errors.getFirst();
        }
        if (values.isEmpty()) {
            throw BlockException.invalid("Expecting a JSON value");
        }
        return values.getFirst();
    }

    /** Returns a value on one line, in ASCII. */
    public static String print(Object value) {
        return new JsonPrinter(false).print(value);
    }

    /** Returns a value over several lines, indented by four spaces, in ASCII. */
    public static String printPretty(Object value) {
        return new JsonPrinter(true).print(value);
    }
}
