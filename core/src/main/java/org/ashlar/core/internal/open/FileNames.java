package org.ashlar.core.internal.open;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Json;
import org.ashlar.spi.option.OptionTree;
import org.jspecify.annotations.Nullable;

/**
 * What file names mean: which protocol, which options, and what a name inside an image is relative
 * to. Immutable.
 */
final class FileNames {
    private static final String JSON = "json:";

    private final Drivers drivers;

    FileNames(Drivers drivers) {
        this.drivers = drivers;
    }

    /** Replaces a {@code filename} of the form {@code json:{...}} by the options in it. */
    OptionTree expandJson(OptionTree options) throws BlockException {
        String fileName = options.text(NodeOptions.FILENAME).orElse("");
        return fileName.startsWith(JSON)
                ? overlay(parseJson(fileName), options.without(NodeOptions.FILENAME))
                : options;
    }

    /**
     * Replaces a {@code filename} by the options that it stands for: those of {@code json:{...}},
     * or of a protocol that has its own syntax.
     */
    OptionTree expand(OptionTree given) throws BlockException {
        OptionTree options = expandJson(given);
        String fileName = options.text(NodeOptions.FILENAME).orElse(null);
        BlockDriver protocol = fileName == null ? null : protocolByScheme(fileName);
        if (fileName == null || protocol == null) {
            return options;
        }
        OptionTree named =
                protocol.parseFileName(fileName).with(NodeOptions.DRIVER, protocol.name());
        return overlay(named, options.without(NodeOptions.FILENAME));
    }

    private static OptionTree overlay(OptionTree below, OptionTree above) {
        OptionTree merged = below;
        for (Map.Entry<String, Object> entry : above.values().entrySet()) {
            merged = merged.with(entry.getKey(), entry.getValue());
        }
        return merged;
    }

    private static OptionTree parseJson(String fileName) throws BlockException {
        if (read(fileName.substring(JSON.length())) instanceof Map<?, ?> object) {
            Map<String, Object> values = new LinkedHashMap<>();
            object.forEach((key, value) -> values.put(String.valueOf(key), value));
            return OptionTree.typed(values);
        }
        throw BlockException.invalid("Invalid JSON object given");
    }

    private static Object read(String json) throws BlockException {
        try {
            return Json.parse(json);
        } catch (BlockException wrong) {
            throw wrong.within("Could not parse the JSON options: ");
        }
    }

    /** Returns the protocol that serves a plain path: a file, or a block device. */
    String protocolOf(String fileName) throws BlockException {
        boolean device = drivers.node("host_device").isPresent() && isDevice(fileName);
        return device ? "host_device" : "file";
    }

    private static boolean isDevice(String fileName) {
        if (fileName.indexOf('\0') >= 0) { // no path, but a name that an image may have inside
            return false;
        }
        Path path = Path.of(fileName);
        return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    private @Nullable BlockDriver protocolByScheme(String fileName) throws BlockException {
        int colon = fileName.indexOf(':');
        int slash = fileName.indexOf('/');
        if (colon <= 0 || (slash >= 0 && slash < colon)) {
            return null;
        }
        String scheme = fileName.substring(0, colon);
        for (BlockDriver driver : drivers.nodes()) {
            if (driver.kind() == DriverKind.PROTOCOL && driver.uriSchemes().contains(scheme)) {
                return driver;
            }
        }
        throw new BlockException(Kind.NOT_FOUND, "Unknown protocol '" + scheme + "'");
    }

    /**
     * Returns a name inside an image as seen from where the image is; {@code base} is the image's
     * own name.
     */
    static String resolve(String base, String fileName) {
        boolean absolute =
                fileName.startsWith("/")
                        || fileName.startsWith(JSON)
                        || hasScheme(fileName)
                        || hasScheme(base); // which says nothing about where files are
        int directory = base.lastIndexOf('/');
        return absolute || directory < 0 ? fileName : base.substring(0, directory + 1) + fileName;
    }

    /** Returns what two names of one file have in common, as far as can be told. */
    static String identity(String fileName) {
        if (fileName.startsWith(JSON) || hasScheme(fileName) || fileName.indexOf('\0') >= 0) {
            return fileName;
        }
        Path path = Path.of(fileName);
        try {
            return path.toRealPath().toString();
        } catch (IOException notThere) {
            return path.toAbsolutePath().normalize().toString();
        }
    }

    private static boolean hasScheme(String fileName) {
        int colon = fileName.indexOf(':');
        int slash = fileName.indexOf('/');
        return colon > 0 && (slash < 0 || colon < slash);
    }
}
