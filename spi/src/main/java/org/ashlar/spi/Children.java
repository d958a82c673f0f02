package org.ashlar.spi;

import java.util.List;
import java.util.Optional;

/**
 * A node's children in the order they were attached; an immutable view of one graph snapshot.
 *
 * @param all every edge
 */
public record Children(List<Child> all) {

    public Children {
        all = List.copyOf(all);
    }

    /** Returns the first child in {@code role}. */
    public Optional<Child> withRole(ChildRole role) {
        return all.stream().filter(child -> child.role() == role).findFirst();
    }
}
