package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.CacheMode;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Sizes;

/** What the sub-commands' options have in common. Confined to one run. */
final class CommonOptions {
    private String format = "";
    private boolean imageOpts;
    private boolean forceShare;
    private boolean quiet;
    private String output = "human";

    /** Takes an option that several sub-commands have, or refuses it. */
    void take(Getopt options) throws ToolFailure, IOException {
        switch (options.option()) {
            case "h" -> throw new ImgTool.HelpWanted();
            case "f" -> format = options.argument();
            case "q" -> quiet = true;
            case "U" -> forceShare = true;
            case "image-opts" -> imageOpts = true;
            case "output" -> output = options.argument();
            case "object" ->
                    throw ToolFailure.of("objects are not supported: " + options.argument());
            default -> throw new AssertionError(options.option());
        }
    }

    /** Checks what only makes sense together. */
    void check() throws ToolFailure {
        if (!output.equals("json") && !output.equals("human")) {
            throw ToolFailure.of("--output must be used with human or json as argument.");
        }
        if (imageOpts && !format.isEmpty()) {
            throw ToolFailure.of("--image-opts and --format are mutually exclusive");
        }
    }

    String format() {
        return format;
    }

    boolean quiet() {
        return quiet;
    }

    boolean json() {
        return output.equals("json");
    }

    boolean forceShare() {
        return forceShare;
    }

    boolean imageOpts() {
        return imageOpts;
    }

    /** Returns the image of that name as these options describe it. */
    ImageName image(String text) {
        return new ImageName(text, format, imageOpts);
    }

    /** Returns the one operand there must be. */
    static String onlyFile(List<String> operands) throws ToolFailure {
        if (operands.size() != 1) {
            throw ToolFailure.usage("Expecting one image file name");
        }
        return operands.getFirst();
    }

    /** Opens an image; a failure names it. */
    static Disk open(Session session, ImageName name, Access access) throws ToolFailure {
        return open(session, name, access, 1);
    }

    /** Opens an image; a failure names it and ends with that exit code. */
    static Disk open(Session session, ImageName name, Access access, int exitCode)
            throws ToolFailure {
        try {
            return session.open(name, access);
        } catch (IOException failed) {
            throw ToolFailure.of(
                    exitCode, "Could not open '" + name.text() + "': " + failed.getMessage());
        }
    }

    /** Reads a number of bytes that is named {@code what} to the user. */
    static long size(String what, String text) throws ToolFailure {
        try {
            return Sizes.parse(text);
        } catch (ArithmeticException tooLarge) {
            throw ToolFailure.of(
                    "Invalid "
                            + what
                            + " specified. Must be between 0 and "
                            + Long.MAX_VALUE
                            + ".");
        } catch (NumberFormatException notANumber) {
            throw ToolFailure.of(
                    "Invalid " + what + " specified. You may use k, M, G, T, P or E suffixes for",
                    "kilobytes, megabytes, gigabytes, terabytes, petabytes and exabytes.");
        }
    }

    /** Returns the cache mode of that name. */
    static CacheMode cache(String name, String what) throws ToolFailure {
        return CacheMode.of(name)
                .orElseThrow(() -> ToolFailure.of("Invalid " + what + "cache option: " + name));
    }
}
