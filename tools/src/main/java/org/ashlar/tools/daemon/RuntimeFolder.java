package org.ashlar.tools.daemon;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of the process's own, which its owner alone may read: sockets, and the sample's images.
 * Taken away with all that is in it. Immutable.
 *
 * @param path where it is
 */
record RuntimeFolder(Path path) implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("daemon");

    /** Makes a folder, in the user's runtime folder if there is one. */
    static RuntimeFolder create() throws IOException {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        Path parent =
                runtime != null && Files.isWritable(Path.of(runtime))
                        ? Path.of(runtime)
                        : Path.of(System.getProperty("java.io.tmpdir"));
        return in(parent);
    }

    /** Makes a folder in another. */
    static RuntimeFolder in(Path parent) throws IOException {
        try {
            return new RuntimeFolder(Files.createTempDirectory(parent, "ashlar-"));
        } catch (IOException failed) {
            throw new IOException(
                    "Could not make a folder for sockets in '"
                            + parent
                            + "': it is not there, or not writable",
                    failed);
        }
    }

    @Override
    public void close() {
        try {
            Files.walkFileTree(path, new Remover());
        } catch (IOException e) {
            LOG.warn("cannot take {} away: {}", path, e.getMessage());
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(
                Path folder, @org.jspecify.annotations.Nullable IOException failure)
                throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
