package org.ashlar.tools.image;

import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tools.text.KeyValues;

/**
 * How a user names an image. Immutable.
 *
 * @param text a file name, or options if {@code options}
 * @param format the format's name, or empty to find it out
 * @param options whether {@code text} is {@code key=value,...} or a JSON object
 */
public record ImageName(String text, String format, boolean options) {

    /** Returns a file of a format that is to be found out. */
    public static ImageName file(String fileName) {
        return new ImageName(fileName, "", false);
    }

    /** Returns whether the user left the format open. */
    boolean isProbed() {
        return format.isEmpty() && !options;
    }

    /** Returns the options for opening it. */
    OptionTree tree(BlockLayer layer) throws BlockException {
        if (options) {
            return KeyValues.parseOrJson(text, "file").options();
        }
        if (format.isEmpty()) {
            // As the file below, or a name with a protocol's prefix would say the driver as well.
            return text.startsWith("json:")
                    ? OptionTree.typed(Map.of("filename", text))
                    : OptionTree.typed(Map.of("file", Map.of("filename", text)));
        }
        OptionTree tree = OptionTree.empty().with("driver", format);
        if (layer.drivers().node(format).isEmpty()) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND, "Unknown driver '" + format + "'");
        }
        boolean protocol = layer.drivers().node(format).orElseThrow().kind() == DriverKind.PROTOCOL;
        return protocol ? tree.with("filename", text) : tree.with("file", Map.of("filename", text));
    }
}
