package org.ashlar.tools.image;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Plugin;

/**
 * Finds the plugins of the class path. Stateless.
 *
 * <p>The launcher knows them and names their classes, with commas between, in the system property
 * {@code ashlar.plugins}: to look into every jar for what it declares takes a tenth of the time of
 * a short command. Without the property they are looked for.
 */
public final class Plugins {
    private static final String NAMES = "ashlar.plugins";

    private Plugins() {}

    /** Returns all that the plugins contribute. */
    public static List<Plugin> all() {
        List<Plugin> found = new ArrayList<>();
        String names = System.getProperty(NAMES, "");
        if (names.isEmpty()) {
            ServiceLoader.load(Plugin.class).forEach(found::add);
        } else {
            for (String name : names.split(",", -1)) {
                found.add(named(name));
            }
        }
        return found;
    }

    private static Plugin named(String name) {
        try {
            return Class.forName(name)
                    .asSubclass(Plugin.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException notThere) {
            throw new IllegalStateException(
                    "no plugin " + name + ", which the launcher names", notThere);
        }
    }

    /**
     * Returns their drivers alone: what reads and writes images serves nobody and is not steered.
     */
    static List<Plugin> driversOnly() {
        List<Plugin> found = new ArrayList<>();
        for (Plugin plugin : all()) {
            found.add(new DriversOf(plugin));
        }
        return found;
    }

    private record DriversOf(Plugin plugin) implements Plugin {
        @Override
        public List<BlockDriver> drivers() {
            return plugin.drivers();
        }
    }
}
