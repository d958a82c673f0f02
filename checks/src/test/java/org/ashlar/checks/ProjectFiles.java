package org.ashlar.checks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the project's own text files: what a contributor writes, nothing that a build makes.
 * Immutable.
 */
final class ProjectFiles {

    /** Larger files are data. */
    private static final long BYTES_MAX = 1 << 20;

    private static final Set<String> SKIPPED = Set.of("target", "scratch");
    private static final Set<String> HIDDEN_BUT_OURS = Set.of(".ci", ".mvn", ".github");

    private final Path root;

    private ProjectFiles(Path root) {
        this.root = root;
    }

    /** Finds the root by the system property {@code project.root}, which the build sets. */
    static ProjectFiles ofThisProject() {
        return new ProjectFiles(
                Path.of(System.getProperty("project.root", "..")).toAbsolutePath().normalize());
    }

    Path root() {
        return root;
    }

    /**
     * Reads all text files, in the order of their paths. Only those of one module if {@code
     * -Dtidy=module} is set.
     */
    List<TextFile> read() {
        String only = System.getProperty("tidy", "");
        List<TextFile> files = new ArrayList<>();
        try {
            Files.walkFileTree(root, new Collector(files));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files.stream()
                .filter(file -> only.isEmpty() || file.module().equals(only))
                .sorted((a, b) -> a.path().compareTo(b.path()))
                .toList();
    }

    private final class Collector extends SimpleFileVisitor<Path> {

        private final List<TextFile> files;

        Collector(List<TextFile> files) {
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean skip =
                    SKIPPED.contains(name)
                            || (name.startsWith(".") && !HIDDEN_BUT_OURS.contains(name));
            return skip && !folder.equals(root)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (attributes.isRegularFile() && attributes.size() <= BYTES_MAX) {
                String text = new String(Files.readAllBytes(file), UTF_8);
                if (text.indexOf('\0') < 0) {
                    files.add(
                            new TextFile(
                                    root.relativize(file).toString().replace('\\', '/'), text));
                }
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException gone) throws IOException {
            if (Files.exists(file)) {
                throw gone;
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
