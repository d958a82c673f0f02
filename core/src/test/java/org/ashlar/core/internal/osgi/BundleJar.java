package org.ashlar.core.internal.osgi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Bundles made of the sample plugin, in versions and variants. Immutable. */
record BundleJar(String version, String imports, String pluginName) {
    private static final List<String> CLASSES =
            List.of("SamplePlugin", "SamplePlugin$SampleDriver", "SamplePlugin$Late");

    /** A bundle that works. */
    static BundleJar version(String version) {
        return new BundleJar(
                version,
                "org.ashlar.spi,org.ashlar.spi.option,org.ashlar.spi.control,"
                        + "org.ashlar.spi.export,org.ashlar.spi.job",
                SamplePlugin.class.getName());
    }

    /** Returns it with a package that nobody exports. */
    BundleJar unresolvable() {
        return new BundleJar(version, imports + ",org.example.missing", pluginName);
    }

    /** Returns it naming another class as its plugin. */
    BundleJar naming(String other) {
        return new BundleJar(version, imports, other);
    }

    /** Puts it in place by an atomic rename. */
    void deploy(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        write(part);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void write(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "org.ashlar.sample");
        main.putValue("Bundle-Version", version);
        main.putValue("Import-Package", imports);
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.putNextEntry(new ZipEntry("META-INF/services/org.ashlar.spi.Plugin"));
            jar.write(("# sample\n" + pluginName + "\n").getBytes(StandardCharsets.UTF_8));
            for (String name : CLASSES) {
                String resource =
                        SamplePlugin.class.getPackageName().replace('.', '/')
                                + "/"
                                + name
                                + ".class";
                jar.putNextEntry(new ZipEntry(resource));
                try (InputStream in =
                        SamplePlugin.class.getClassLoader().getResourceAsStream(resource)) {
                    in.transferTo(jar);
                }
            }
        }
    }
}
