package org.ashlar.tools.image;

import java.util.Map;
import java.util.Optional;
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
 * @param file the file's name, if it is given beside the options
 */
public record ImageName(String text, String format, boolean options, Optional<String> file) {

    /** Names an image by a file name, or by options that say the file too. */
    public ImageName(String text, String format, boolean options) {
        this(text, format, options, Optional.empty());
    }

    /** Returns a file of a format that is to be found out. */
    public static ImageName file(String fileName) {
        return new ImageName(fileName, "", false);
    }

    /** Returns a file, or nothing but options, that is opened with options. */
    public static ImageName options(String text, Optional<String> file) {
        return new ImageName(text, "", true, file);
    }

    /** Returns whether the user left the format open. */
    boolean isProbed() {
        return format.isEmpty() && !options;
    }

    /** Returns the options for opening it. */
    OptionTree tree(BlockLayer layer) throws BlockException {
        if (options) {
            return described(layer);
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
        return isProtocol(layer, format)
                ? tree.with("filename", text)
                : tree.with("file", Map.of("filename", text));
    }

    private OptionTree described(BlockLayer layer) throws BlockException {
        if (file.isPresent()) {
            OptionTree tree = KeyValues.parseOrJson(text).options();
            if (tree.has("file")) {
                throw BlockException.invalid(
                        "Can't specify 'file' and 'filename' options at the same time");
            }
            boolean below = tree.text("driver").map(name -> !isProtocol(layer, name)).orElse(true);
            return below
                    ? tree.with("file", OptionTree.dotted(Map.of("filename", file.get())).values())
                    : tree.with("filename", file.get());
        }
        OptionTree tree = KeyValues.parseOrJson(text, "file").options();
        if (tree.has("file") || text.startsWith("{")) {
            return tree;
        }
        if (!tree.has("driver")) {
            throw BlockException.invalid("Must specify either driver or file");
        }
        String driver = tree.text("driver").orElse("");
        if (tree.has("filename") && !isProtocol(layer, driver)) {
            throw BlockException.invalid("A block device must be specified for \"file\"");
        }
        return tree;
    }

    private static boolean isProtocol(BlockLayer layer, String driver) {
        return layer.drivers().node(driver).stream()
                .anyMatch(found -> found.kind() == DriverKind.PROTOCOL);
    }
}
