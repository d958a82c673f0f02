package org.ashlar.itest.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Makes newer versions of the product's bundles: the same classes, another version. Without state.
 */
public final class Repackaged {
    private Repackaged() {}

    /**
     * Puts a bundle under another version into a file, or into the place of one, as a user does:
     * whole, by a rename.
     */
    public static void deploy(Path bundle, String version, Path into) throws IOException {
        Path unfinished = Files.createTempFile(into.getParent(), "bundle", ".part");
        try (JarFile jar = new JarFile(bundle.toFile())) {
            Manifest manifest = new Manifest(jar.getManifest());
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (OutputStream file = Files.newOutputStream(unfinished);
                    JarOutputStream out = new JarOutputStream(file, manifest)) {
                for (JarEntry entry : jar.stream().toList()) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        out.putNextEntry(new JarEntry(entry.getName()));
                        jar.getInputStream(entry).transferTo(out);
                        out.closeEntry();
                    }
                }
            }
        }
        Files.move(unfinished, into, StandardCopyOption.ATOMIC_MOVE);
    }
}
