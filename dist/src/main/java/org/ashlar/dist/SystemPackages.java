package org.ashlar.dist;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.jar.Manifest;
import org.ashlar.spi.Plugin;
import org.slf4j.Logger;

/**
 * What the host's class path gives to the bundles: the SPI, and the logging API, with the versions
 * that their jars declare. Without state.
 */
public final class SystemPackages {
    private SystemPackages() {}

    /** Returns the value of {@code org.osgi.framework.system.packages.extra}. */
    public static String extra() throws IOException {
        StringBuilder packages = new StringBuilder();
        for (Class<?> member : List.of(Plugin.class, Logger.class)) {
            packages.append(packages.isEmpty() ? "" : ",").append(exportsOf(member));
        }
        return packages.toString();
    }

    private static String exportsOf(Class<?> member) throws IOException {
        URI home =
                URI.create(
                        String.valueOf(member.getProtectionDomain().getCodeSource().getLocation()));
        URI manifest =
                home.getPath().endsWith(".jar")
                        ? URI.create("jar:" + home + "!/META-INF/MANIFEST.MF")
                        : home.resolve("META-INF/MANIFEST.MF");
        try (InputStream in = manifest.toURL().openStream()) {
            String exports = new Manifest(in).getMainAttributes().getValue("Export-Package");
            if (exports == null) {
                throw new IOException(home + " exports no package");
            }
            return exports;
        }
    }
}
