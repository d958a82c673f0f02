package org.ashlar.spi;

/**
 * A child that the options of a node may describe: by a nested description, by the name of a node
 * that exists, or, where {@code required} is false, by {@code null} to say that there is none.
 * Immutable.
 *
 * @param name the option's key and the edge's name, such as {@code file}; a list's edges are {@code
 *     children.0}, ...
 * @param role what the parent uses it for
 * @param required whether opening without it is an error the core reports
 * @param list whether the option is a list of children
 * @param help one line for the documentation
 */
public record ChildOption(
        String name, ChildRole role, boolean required, boolean list, String help) {

    /** Returns a child that must be given. */
    public static ChildOption required(String name, ChildRole role, String help) {
        return new ChildOption(name, role, true, false, help);
    }

    /** Returns a child that may be given, left out, or ruled out by {@code null}. */
    public static ChildOption optional(String name, ChildRole role, String help) {
        return new ChildOption(name, role, false, false, help);
    }

    /** Returns a list of children, at least one. */
    public static ChildOption list(String name, ChildRole role, String help) {
        return new ChildOption(name, role, true, true, help);
    }
}
