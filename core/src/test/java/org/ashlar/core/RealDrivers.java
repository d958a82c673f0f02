package org.ashlar.core;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Plugin;

/** The drivers of files as they are shipped. Stateless. */
final class RealDrivers {

    private RealDrivers() {}

    /** Adds every driver, of so high a version. */
    static List<Registration> addTo(TestLayer test, int version) {
        List<Registration> added = new ArrayList<>();
        for (Plugin plugin : ServiceLoader.load(Plugin.class)) {
            for (BlockDriver driver : plugin.drivers()) {
                added.add(
                        test.registry.add(
                                Kind.NODE, driver, new Rank(version, Rank.NONE.version())));
            }
        }
        return added;
    }
}
