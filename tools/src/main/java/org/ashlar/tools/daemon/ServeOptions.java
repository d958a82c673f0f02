package org.ashlar.tools.daemon;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/**
 * What {@code serve} is told. Immutable.
 *
 * @param help whether only its options are asked for
 * @param image the image, empty for the sample
 * @param format its format, empty to find it out
 * @param writable whether clients may write
 * @param port the TCP port, 0 to have one chosen
 * @param socket the unix socket, empty for one in the runtime folder
 */
record ServeOptions(
        boolean help,
        Optional<String> image,
        Optional<String> format,
        boolean writable,
        int port,
        Optional<Path> socket) {

    private static final int MAX_PORT = 65535;

    /** Reads a command line. */
    static ServeOptions parse(List<String> args) throws ToolFailure {
        boolean help = false;
        boolean writable = false;
        int port = 0;
        Optional<String> format = Optional.empty();
        Optional<Path> socket = Optional.empty();
        Getopt getopt =
                new Getopt(args, "f:h", "format:=f", "help=h", "port:", "socket:", "writable");
        try {
            while (getopt.next()) {
                switch (getopt.option()) {
                    case "f" -> format = Optional.of(getopt.argument());
                    case "port" -> port = port(getopt.argument());
                    case "socket" -> socket = Optional.of(path(getopt.argument()));
                    case "writable" -> writable = true;
                    default -> help = true;
                }
            }
        } catch (WrongOption wrong) {
            throw ToolFailure.usage(String.valueOf(wrong.getMessage()));
        }
        List<String> images = getopt.operands();
        if (images.size() > 1) {
            throw ToolFailure.usage("expected one image, not " + images.size());
        }
        if (!help && images.isEmpty() && format.isPresent()) {
            throw ToolFailure.usage(
                    "the format '" + format.get() + "' was given without an image that has it");
        }
        return new ServeOptions(help, images.stream().findFirst(), format, writable, port, socket);
    }

    private static int port(String text) throws ToolFailure {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            throw ToolFailure.usage("'" + text + "' is no port: expected 0 to " + MAX_PORT);
        }
        throw ToolFailure.usage("'" + text + "' is no port: expected 0 to " + MAX_PORT);
    }

    private static Path path(String text) throws ToolFailure {
        try {
            return Path.of(text).toAbsolutePath();
        } catch (InvalidPathException wrong) {
            throw ToolFailure.usage("invalid path of a socket: " + wrong.getMessage());
        }
    }
}
