package org.ashlar.itest.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Makes bundles of the driver {@code marked}. Without state. */
public final class MarkedBundle {
    /** The system property that says what of the driver was closed, in that order. */
    public static final String CLOSED = "ashlar.itest.marked.closed";

    private MarkedBundle() {}

    /**
     * Puts version {@code 1.0.mark} of the driver into a watched folder, or in the place of another
     * version, as a user does: whole, by a rename.
     */
    public static Path deploy(Path folder, String jarName, int mark) throws IOException {
        Path unfinished = Files.createTempFile(folder, "marked", ".part");
        try (OutputStream out = Files.newOutputStream(unfinished);
                JarOutputStream jar = new JarOutputStream(out, manifest(mark))) {
            put(
                    jar,
                    "META-INF/services/org.ashlar.spi.Plugin",
                    MarkedPlugin.class.getName().getBytes(UTF_8));
            put(jar, "mark", new byte[] {(byte) mark});
            for (String type : new String[] {"MarkedPlugin", "MarkedDriver", "MarkedDriver$1"}) {
                String name = "org/ashlar/itest/driver/" + type + ".class";
                try (InputStream in = MarkedBundle.class.getResourceAsStream("/" + name)) {
                    put(jar, name, in.readAllBytes());
                }
            }
        }
        return Files.move(unfinished, folder.resolve(jarName), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Manifest manifest(int mark) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "org.ashlar.itest.marked");
        main.putValue("Bundle-Version", "1.0." + mark);
        main.putValue("Import-Package", "org.ashlar.spi,org.ashlar.spi.option");
        return manifest;
    }

    private static void put(JarOutputStream jar, String name, byte[] content) throws IOException {
        jar.putNextEntry(new ZipEntry(name));
        jar.write(content);
        jar.closeEntry();
    }
}
