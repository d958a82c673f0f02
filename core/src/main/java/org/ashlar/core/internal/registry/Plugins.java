package org.ashlar.core.internal.registry;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.Plugin;

/** Adds all that a plugin contributes, for compositions without a framework. Stateless. */
public final class Plugins {

    private Plugins() {}

    /**
     * Adds every contribution of the plugin, all or none.
     *
     * @return the place of them together
     * @throws RuntimeException what the plugin threw; then nothing of it is left
     */
    public static Registration add(Registry registry, Plugin plugin, Rank rank) {
        List<Registration> added = new ArrayList<>();
        Registration all = () -> added.reversed().forEach(Registration::close);
        try {
            Kind.ALL.forEach(kind -> addAll(registry, kind, plugin, rank, added));
        } catch (RuntimeException | LinkageError e) {
            all.close();
            throw e;
        }
        return all;
    }

    private static <T> void addAll(
            Registry registry, Kind<T> kind, Plugin plugin, Rank rank, List<Registration> added) {
        kind.listed().apply(plugin).forEach(value -> added.add(registry.add(kind, value, rank)));
    }
}
