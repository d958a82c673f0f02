package org.ashlar.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of an installed product. Immutable.
 *
 * @param folder holds {@code lib}, {@code bundles}, {@code conf} and {@code deploy}
 */
record Home(Path folder) {

    /** Returns the folder that the launcher names in the system property {@code ashlar.home}. */
    static Home ofLauncher() throws IOException {
        String folder = System.getProperty("ashlar.home");
        if (folder == null) {
            throw new IOException("ashlar.home is not set: start the daemon with bin/ashlar");
        }
        return new Home(Path.of(folder).toAbsolutePath());
    }

    /** Returns the jars that the daemon starts with, in the order of their names. */
    List<Path> bundles() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("bundles"))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
    }

    /** Reads the settings. */
    Settings settings() throws IOException {
        return Settings.read(folder.resolve("conf/ashlar.properties"));
    }

    /** Returns the watched folder that the settings name. */
    Path deploy(Settings settings) {
        return folder.resolve(settings.deploy()).normalize();
    }
}
