package org.ashlar.core.internal.open;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.option.OptionTree;

/** Finds the nodes that a description refers to by name. Stateless. */
public final class References {

    private References() {}

    /** Returns the names that the description, or what is described below it, uses for children. */
    public static Set<String> in(OptionTree description, Drivers drivers) {
        Set<String> names = new LinkedHashSet<>();
        collect(description, drivers, names);
        return names;
    }

    /** Returns the error of a reference to a node that is not there. */
    public static BlockException notFound(String name) {
        return new BlockException(
                BlockException.Kind.NOT_FOUND,
                "Cannot find device='" + name + "' nor node-name='" + name + "'");
    }

    private static void collect(OptionTree description, Drivers drivers, Set<String> names) {
        Optional<BlockDriver> driver = description.text(NodeOptions.DRIVER).flatMap(drivers::node);
        if (driver.isEmpty()) {
            description.text("file").ifPresent(names::add);
            return;
        }
        for (ChildOption child : driver.get().childOptions()) {
            List<Object> values =
                    child.list()
                            ? description.list(child.name()).orElse(List.of())
                            : description.find(child.name()).map(List::of).orElse(List.of());
            for (Object value : values) {
                collectChild(description, value, drivers, names);
            }
        }
    }

    private static void collectChild(
            OptionTree parent, Object value, Drivers drivers, Set<String> names) {
        if (value instanceof String name && !name.isEmpty()) {
            names.add(name);
        } else if (value instanceof Map<?, ?>) {
            parent.with("child", value)
                    .subtree("child")
                    .ifPresent(child -> collect(child, drivers, names));
        }
    }
}
