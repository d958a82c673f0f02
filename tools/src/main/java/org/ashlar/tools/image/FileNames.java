package org.ashlar.tools.image;

/** File names as the reference shows them to users. Stateless. */
public final class FileNames {

    private FileNames() {}

    /** Returns a file name without the prefix that marks it as one. */
    public static String plain(String name) {
        return name.startsWith("file:") ? name.substring("file:".length()) : name;
    }

    /**
     * Returns the file name that {@code named}, as an image gives it, stands for.
     *
     * @param overlay the file name of the image that names it
     */
    public static String resolve(String overlay, String named) {
        if (named.startsWith("/") || hasProtocol(named)) {
            return named;
        }
        int protocol = hasProtocol(overlay) ? overlay.indexOf(':') + 1 : 0;
        int directory = overlay.lastIndexOf('/') + 1;
        return overlay.substring(0, Math.max(directory, protocol)) + named;
    }

    /** Returns whether a file name begins with a protocol's prefix. */
    public static boolean hasProtocol(String name) {
        int colon = name.indexOf(':');
        int slash = name.indexOf('/');
        return colon > 0 && (slash < 0 || colon < slash);
    }
}
