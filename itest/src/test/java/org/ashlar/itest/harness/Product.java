package org.ashlar.itest.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * An assembled product. Immutable.
 *
 * @param home its folder
 */
public record Product(Path home) {

    /** Returns the product that the build has assembled. */
    public static Product assembled() {
        Path home = Path.of(System.getProperty("ashlar.product", "../dist/target/ashlar"));
        if (!Files.isExecutable(home.resolve("bin/ashlar"))) {
            throw new AssertionError(home + " is not assembled: mvn package");
        }
        return new Product(home.toAbsolutePath().normalize());
    }

    /**
     * Returns the daemon to test: the product's, or another program named by the system property
     * {@code ashlar.daemon}, such as {@code qemu-storage-daemon}, to see what holds for it.
     */
    public static String daemon() {
        String other = System.getProperty("ashlar.daemon", "");
        return other.isEmpty() ? assembled().program("bin/ashlar") : other;
    }

    /** Copies it into a folder that does not exist, with a {@code deploy} folder of its own. */
    public Product copyTo(Path folder) {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        folder.resolve(home.relativize(file)),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Product(folder);
    }

    /** Returns a program of it, such as {@code bin/ashlar} or {@code compat/qemu-img}. */
    public String program(String name) {
        return home.resolve(name).toString();
    }

    /** Returns the folder that a running daemon watches. */
    public Path deploy() {
        return home.resolve("deploy");
    }

    /** Returns the jar of one of its bundles, by the beginning of its name. */
    public Path bundle(String prefix) {
        List<Path> found;
        try (Stream<Path> files = Files.list(home.resolve("bundles"))) {
            found = files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (found.size() != 1) {
            throw new AssertionError(prefix + " in bundles/: " + found);
        }
        return found.getFirst();
    }
}
