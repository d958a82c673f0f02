package org.ashlar.jobs.internal.stream;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** Compares and words the file names of images. Stateless. */
final class FileNames {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");

    private FileNames() {}

    /** Returns whether two names, as users write them, are of the same file. */
    static boolean isSame(String one, String other) {
        return one.equals(other)
                || (isPath(one) && isPath(other) && absolute(one).equals(absolute(other)));
    }

    /**
     * Returns what the image {@code overlay} is to call the file {@code base}: a name inside an
     * image is relative to the image, one that users write to the working directory.
     */
    static String inHeader(String base, String overlay) {
        boolean together = isPath(overlay) && Path.of(overlay).getParent() == null;
        return together || !isPath(base) ? base : absolute(base).toString();
    }

    private static Path absolute(String name) {
        return Path.of(name).toAbsolutePath().normalize();
    }

    private static boolean isPath(String name) {
        return !name.isEmpty() && name.indexOf('\0') < 0 && !SCHEME.matcher(name).matches();
    }
}
